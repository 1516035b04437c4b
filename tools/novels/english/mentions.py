"""Finding the places that name a person.

Each name, as a type over the whole book, is judged a person's or not by what stands around it.
"""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from tools.novels.english.candidates import Candidate, find_candidates, find_roles, name_key
from tools.novels.english.lexicon import GIVEN_NAMES, NOT_NAMES, PLACE_NOUNS, PLACES
from tools.novels.english.name_evidence import NameEvidence, gather_evidence, speaks
from tools.novels.english.titles import RANKS, TITLE_GENDERS
from tools.novels.types import Mention, NameFacts, Span


def find_names(text: str, spans: Sequence[Span], facts: NameFacts | None = None) -> list[Mention]:
    """Every place that names a person, in text order, never overlapping."""
    facts = facts or NameFacts()
    candidates, lower = find_candidates(text)
    candidates += _speaking_roles(text)
    candidates.sort(key=lambda candidate: candidate.start)
    evidence = gather_evidence(text, spans, candidates)
    persons = _judge(evidence, lower) | {name_key(name) for name in facts.persons}
    persons -= {name_key(name) for name in facts.not_persons}
    surfaces: dict[str, str] = {}
    found = [_mention(text, c, evidence[c.key], surfaces) for c in candidates if c.key in persons]
    unseen = {name for name in facts.persons if name_key(name) not in evidence and name_key(name) in persons}
    return _with_stated(found, list(_places(text, unseen))) if unseen else found


def _speaking_roles(text: str) -> list[Candidate]:
    """The nouns of office that speak somewhere in the book, at every place."""
    places: defaultdict[str, list[Candidate]] = defaultdict(list)
    speaking: set[str] = set()
    for candidate in find_roles(text):
        places[candidate.key].append(candidate)
        if candidate.key not in speaking and speaks(text, candidate):
            speaking.add(candidate.key)
    return [candidate for key in sorted(speaking) for candidate in places[key]]


def _places(text: str, names: Set[str]) -> Iterator[Mention]:
    """Every place of names that the rules do not see, as they are written, the longest first."""
    patterns = (
        r"\s+".join(map(re.escape, name.split())) for name in sorted(names, key=lambda n: (-len(n), n))
    )
    for match in re.finditer(rf"(?<!\w)(?:{'|'.join(filter(None, patterns))})(?!\w)", text):
        yield Mention(start=match.start(), end=match.end(), surface=" ".join(match.group().split()))


def _with_stated(found: Sequence[Mention], stated: Sequence[Mention]) -> list[Mention]:
    """Both in text order; of two that overlap the longer stays."""
    kept = [
        mention
        for mention in stated
        if all(_length(other) < _length(mention) for other in _over(found, mention))
    ]
    rest = [mention for mention in found if not any(True for _ in _over(kept, mention))]
    return sorted([*kept, *rest], key=lambda mention: mention.start)


def _over(mentions: Sequence[Mention], mention: Mention) -> Iterator[Mention]:
    """The mentions, in text order, that overlap one."""
    at = bisect_right(mentions, mention.start, key=lambda other: other.end)
    while at < len(mentions) and mentions[at].start < mention.end:
        yield mentions[at]
        at += 1


def _length(mention: Mention) -> int:
    return mention.end - mention.start


def _judge(evidence: Mapping[str, NameEvidence], lower: Counter[str]) -> set[str]:
    """The names that persons bear; first those that show it themselves, then bare surnames of these."""
    clear = {key for key, seen in evidence.items() if _is_clear(key, seen)}
    surnames = _surnames(clear)
    clear = {key for key in clear if not _is_family(key, surnames)}
    return clear | {key for key, seen in evidence.items() if _is_bare_name(key, seen, surnames, lower)}


def _surnames(keys: Iterable[str]) -> set[str]:
    return {key.split()[-1] for key in keys if " " in key and " of " not in key}


def _is_clear(key: str, seen: NameEvidence) -> bool:
    """Whether a noun of office, a title or a given name shows that the name is a person's."""
    words = key.split()
    if key.islower():
        return True
    if len(words) > 1 and words[0] in TITLE_GENDERS:
        return words[0] != "Saint" or seen.personal > 1
    if words[0] not in GIVEN_NAMES or seen.names_a_place:
        return False
    if words[0] in NOT_NAMES or words[0] in PLACES or words[-1] in PLACE_NOUNS:
        return 3 * seen.personal >= seen.count and seen.middle > 0
    return 2 * seen.article < seen.count


def _is_family(key: str, surnames: Set[str]) -> bool:
    """Whether the name is the plural of a surname: "the Bennets", "the Miss Bertrams"."""
    last = key.split()[-1]
    return last.removesuffix("s") in surnames - {last} or last.removesuffix("es") in surnames - {last}


def _is_bare_name(key: str, seen: NameEvidence, surnames: Set[str], lower: Counter[str]) -> bool:
    """Whether a name without title or given name is a person's: "Darcy", "the Mock Turtle"."""
    common = lower[key.lower()]
    if _is_excluded(key, seen) or _is_family(key, surnames):
        return False
    if key in surnames and (seen.middle or not common):
        return True
    if key in NOT_NAMES or key in PLACES or not seen.middle:
        return False
    is_common_word = common > 3 * seen.middle and not seen.article
    if seen.speaks >= (3 if is_common_word else 1):
        return True
    is_shown = seen.called + seen.owns > 0 and seen.personal > 1 and 6 * seen.personal > seen.count
    return is_shown and not is_common_word


def _is_excluded(key: str, seen: NameEvidence) -> bool:
    first, last = key.split()[0], key.split()[-1]
    is_title = first in TITLE_GENDERS and first not in RANKS
    return is_title or last in PLACE_NOUNS or seen.names_a_place


def _mention(text: str, candidate: Candidate, seen: NameEvidence, surfaces: dict[str, str]) -> Mention:
    """The article belongs to a name that mostly has it: "the Hatter". Names alike share their surface."""
    with_article = candidate.has_article and 2 * seen.article >= seen.count
    start = candidate.article_start if with_article else candidate.start
    surface = " ".join(text[start : candidate.end].split())
    return Mention(start=start, end=candidate.end, surface=surfaces.setdefault(surface, surface))
