// What the page says to the gateway; the same thing said twice changes nothing.

export function postJson(url, body) {
  return fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `page-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Hands a message to the simulator; throws with its reason when it was not taken. */
export async function sendMessage(url, message) {
  const answer = await postJson(url, message);
  if (!answer.ok) throw new Error((await answer.text()).trim());
}
