"""Sentences that we wrote ourselves, in English: what people text in danger, and what only sounds like it."""

from __future__ import annotations


def _lines(text: str) -> tuple[str, ...]:
    """One sentence a line."""
    return tuple(text.strip("\n").split("\n"))


#: Danger now: a safety text and an alarm, or (a manhole without its cover) at least an urgent matter.
DANGER = _lines("""
strong smell of gas in the hallway
I can smell gas in my kitchen
gas is leaking from the stove
the whole building smells like gas
they hit a gas line, it's hissing
gas leak at 83 Main St
propane tank is leaking
carbon monoxide alarm is going off
house on fire next door
there is a fire in the stairwell
fire on the third floor
the trash is burning next to the cars
my neighbor's roof is in flames
thick black smoke coming out of the window
car is burning on the bridge
kitchen caught fire
the building is burning, people inside
something exploded at the plant
the transformer just blew up
big explosion behind the school
the boiler is about to explode
the wall collapsed on a man
the ceiling is coming down
the old house is about to collapse
balcony fell on the sidewalk and people are hurt
the scaffold came down, workers are trapped
road caved in and a car fell in
bridge is collapsing
the sinkhole just swallowed a car
landslide on the hill road
flash flood, we are stuck on the roof
water is rising and my mother is trapped upstairs
the dam is breaking
power line is down and sparking
live wire on the street
wires are down across the road
a wire fell and it's sparking
a man got electrocuted
my son got a shock from the light pole
he touched the pole and got shocked
electricity is leaking into the water
a boy got an electric shock
the manhole cover is missing
missing manhole cover on Oak St
open manhole, somebody will fall in
someone fell into the manhole
there is no manhole cover on Main St
a child fell in the well
a kid is drowning
somebody fell in the water at the harbour
a man jumped off the bridge
she is going to jump
he is on the roof and says he will jump
he wants to kill himself
I want to kill myself
I don't want to live any more
she took a lot of pills
he cut his wrists
man with a knife outside
he has a gun
someone is shooting
shots fired on Elm St
they are beating him up
a man is attacking people
my husband is hitting me
somebody was stabbed
I am being robbed
somebody is breaking into my house right now
a man tried to grab a child
help me please
please send help, we are trapped
call an ambulance
he is not breathing
my father collapsed in the street
an old woman is lying on the ground and does not move
she is unconscious
he is bleeding badly
I think he is having a heart attack
my mom had a stroke
my baby is choking
bad crash, people are stuck in the car
car hit a pedestrian
a truck overturned and the driver is trapped
stuck in the elevator
people are trapped in the lift
a baby is locked in a hot car
a dog is biting people
kids got poisoned at the kindergarten
chlorine leak at the pool, people can't breathe
last year it smoked, now it is on fire
smell gas outside our front door, very strong
hissing sound and rotten egg smell from the gas meter
somebody dug through the gas pipe on Oak St
there are flames in the window across the street
the dumpster is on fire
my apartment is filling with smoke
garage went up in flames
grass fire getting close to the houses
we heard a blast and now there is smoke
part of the building fell down and people are under it
the crane fell onto a house
the retaining wall is giving way
the street is sinking under my car
river is over the bank and we cannot get out
electric wire hanging and touching the water
kid touched the fence and was shocked
sparks coming from the pole
somebody is on the ledge and threatening to jump
my friend says he will end his life tonight
a woman is in the water and cannot swim
guy with a machete is chasing people
two men fighting, one is bleeding from the head
a drunk man is beating his wife
they robbed the store and have guns
old man fell and is not responding
my wife is having chest pains
kid is choking on food
motorcycle crash, rider is not moving
people stuck in the elevator for an hour
pit bull attacking a child
whole stairwell reeks of gas
construction crew hit the gas line and everyone smells it
our furnace is giving off carbon monoxide
I see flames on the roof of the school
smoke is pouring out of the basement
there's a car burning under the overpass
brush fire behind the houses on Elm St
the fuel tank exploded at the harbour
a house just fell down with people inside
concrete fell from the parking deck and hit a woman
the trench caved in on a worker
the road washed out and a car went into the creek
water up to our windows and grandma is still inside
downed wires across the sidewalk, still live
my daughter was zapped by the lamp post
tree took the power line down and it's sparking
someone is standing on the railing of the bridge
my roommate swallowed a bottle of pills
there's a guy with a gun in the parking lot
gunfire on our block right now
someone is being beaten up outside the bar
woman screaming for help in the apartment above
a man broke in and he is still in the house
he collapsed and has no pulse
my grandmother fell and hit her head, lots of blood
baby stopped breathing
a worker fell off the roof
hit and run, man is lying in the road
little boy fell into the canal
the lift dropped and people are hurt
""")

#: Nothing of this is danger now: denied, past, supposed, in words that only sound alike.
NO_DANGER = _lines("""
fire hydrant is leaking
the fire station is noisy
there is no fire, only smoke from a grill
the smell of gas is gone
it is not on fire
last year the house was on fire and nobody cleaned up
the wall collapsed two years ago
the old barn burned down last year
what to do if there is a gas leak
in case of fire the exit is locked
if the wall collapsed somebody could get hurt
fire drill too loud
on fire sale banners everywhere
gas bill too high
gas station is dirty
the streetlight is out
manhole cover is rattling
manhole cover is loud at night
dead animal in the road
killing weeds in the park
pothole killed my tire
my car got a flat
shooting hoops after midnight
the bus driver never stops
knife sharpening van is loud
water pressure is low
I'd die for a new sidewalk
it's a slow death for our park
dog barking all night
""")

#: Written last and left alone: no phrase of a book was chosen for them. They tell what the others hide.
UNSEEN = _lines("""
gas alarm is beeping and I feel dizzy
the stove was left on and there is a strong gas odor
flames shooting out of the power box
my neighbor's shed is burning
a firework landed on the roof and it caught fire
the parking garage ceiling came down on cars
old factory wall fell onto the road, someone is under it
mudslide pushed a house off its foundation
a live cable fell on a car with people inside
street light pole is electrified, a dog died
a manhole blew up on Elm St
a jogger fell down an uncovered manhole
a boat capsized near the pier
kids went through the ice on the pond
a teenager is on top of the water tower threatening to jump
man is stabbing someone at the bus stop
my ex is trying to break down my door with an axe
there was a shooting, one person is on the ground
elderly neighbor is not answering and I hear moaning
cyclist got hit, there is blood and he does not respond
""")
