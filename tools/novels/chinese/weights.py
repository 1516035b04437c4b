"""How much each sign of a speaker counts, and how often each kind of decision is right.

The scores are added up like log odds: +2 makes a person about seven times as likely.
They are set by hand and checked on the development part of WP2021 (see ``evals/wp2021.py``).
"""

from tools.novels.chinese.cues import Place

PLACE_SCORE = {
    Place.ANNOUNCED: 8.0,
    Place.ANNOUNCED_EARLIER: 4.0,
    Place.SAID: 9.0,
    Place.BEAT_BESIDE: 5.0,
    Place.BEAT_AFTER: 2.5,
    Place.BEAT_NEXT: 1.0,
    Place.BEAT_BEFORE: 1.5,
    Place.BEAT_BETWEEN: 0.5,
    Place.HANDS_OVER: -1.5,
}
# Shares of the place's score.
GENDER_FITS = 0.6  #: A pronoun or person noun, and a person of its gender.
GENDER_UNKNOWN = 0.3  #: The same, and a person whose gender is not known.
GENDER_CONFLICTS = -0.7
ANTECEDENT = (0.3, 0.1)  #: The likeliest person of a pronoun, and the second one.
NOBODY_KNOWN = 0.7  #: 「司机说」 may be somebody outside the cast.
SPOKEN_TO = -0.5  #: Named as the object of the sentence.

# What the words of the turn itself say.
CALLED = -9.0  #: 「少平，你来」 is not said by 少平.
NAMED = -1.5  #: People seldom name themselves,
INTRODUCED = 6.0  #: except in 「我是少平」.

# Who is present.
SALIENCE = 0.5  #: Times 0 to 1, by the distance to the last mention in narration.
ABSENT = -2.0  #: Named by speakers only.
NOBODY = -4.0  #: Somebody outside the cast.

# Turn taking, by the number of narrative sentences since the last turn: 0, 1, 2 and more.
SAME_SPEAKER = (-6.0, -1.0, 0.0)
SPEAKER_BEFORE_LAST = (2.0, 1.0, 0.5)
SPLIT_SPEECH = 5.0  #: 「“…，”他说，“…”」 is one speech.
SAME_PARAGRAPH = 2.0
NEW_PARAGRAPH = -2.0  #: A paragraph ends after the tag of the last turn.
CONTINUES = 20.0
ANSWERS_CALL = 2.0  #: Whoever was called speaks next,
CALLS_LAST_SPEAKER = 2.0  #: and 「姐，…」 answers a woman.
SCENE_GAP = 5  #: Sentences of narration after which turn taking tells nothing.

#: The share of right decisions of each method on the 298 instances of the development part of WP2021, as
#: ``python -m evals.wp2021`` prints it, with one right and one wrong decision added to each count.
CONFIDENCE = {
    "said_name": 0.98,  # of 119
    "said_narrator": 0.98,  # none there; a named tag like said_name
    "said_pronoun": 0.97,  # of 60
    "said_noun": 0.80,  # of 3
    "beat": 0.77,  # of 41
    "turn_taking": 0.76,  # of 65
    "continued": 0.76,  # none there; as sure as the turn that it goes on with, mostly
    "introduces_self": 0.67,  # of 1
    "scene": 0.33,  # of 1
    "none": 0.0,
}
