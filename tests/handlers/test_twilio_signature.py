"""Our signature check against Twilio's own vectors and Twilio's own code."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from handlers.twilio_signature import is_signed
from tests.handlers.twilio_requests import Fields, signature_of


def test_all_of_twilios_vectors_are_judged_as_twilio_judges_them(data_folder: Path) -> None:
    document = json.loads((data_folder / "vectors" / "twilio_signature_vectors.json").read_text("utf-8"))
    token = document["auth_token"]
    assert len(document["vectors"]) == 7
    for vector in document["vectors"]:
        fields: Fields = [
            (name, value)
            for name, values in vector["params"].items()
            for value in (values if isinstance(values, list) else [values])
        ]
        body = vector["body"].encode() if "body" in vector else None
        assert is_signed((token,), vector["url"], fields, vector["expected"], body=body), vector["name"]
        for wrong in ("", vector["expected"][:-1], vector["expected"].swapcase(), "é" + vector["expected"]):
            assert not is_signed((token,), vector["url"], fields, wrong, body=body), vector["name"]
        assert not is_signed((token + "6",), vector["url"], fields, vector["expected"], body=body)
        assert not is_signed((token,), vector["url"] + "x", fields, vector["expected"], body=body)
        if body is not None:
            assert not is_signed((token,), vector["url"], fields, vector["expected"], body=body + b" ")


hosts = st.sampled_from(("https://a.example", "https://a.example:8443", "http://a.example:80", "http://127.0.0.1:5000"))
words = st.text(st.characters(codec="utf-8"), max_size=12)
queries = st.lists(st.tuples(words, words), max_size=3).map(
    lambda pairs: "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
)
forms = st.lists(st.tuples(words, words), max_size=8)


@settings(max_examples=3000, deadline=None)
@given(
    host=hosts,
    path=words.map(quote),
    query=queries,
    form=forms,
    token=words.filter(bool),
    spoil=st.booleans(),
)
def test_generated_requests_are_judged_as_twilios_own_code_judges_them(
    host: str, path: str, query: str, form: Fields, token: str, spoil: bool
) -> None:
    url = f"{host}/{path}?{query}"
    given_signature = signature_of(url, form, token)
    if spoil:
        form = [*form, ("Extra", "1")]
    values: dict[str, list[str]] = {}
    for name, value in form:
        values.setdefault(name, []).append(value)

    class Values(dict[str, list[str]]):
        def getlist(self, name: str) -> list[str]:
            return self[name]

    theirs = RequestValidator(token).validate(url, Values(values), given_signature)
    assert is_signed((token,), url, form, given_signature) == theirs


def test_a_signature_under_the_previous_token_counts_during_a_rotation() -> None:
    form = [("Body", "hello")]
    for token in ("new", "old"):
        assert is_signed(("new", "old"), "https://a.example/x", form, signature_of("https://a.example/x", form, token))
    assert not is_signed(("new",), "https://a.example/x", form, signature_of("https://a.example/x", form, "old"))
