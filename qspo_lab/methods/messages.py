"""What a message does: arguments are averaged, not added, and long words tire.

Sources: Anderson 1981 (information integration); Nisbett, Zukier and Lemley 1981 (dilution); Flesch 1948; Amstad 1978
(German); Kotter, Leading Change (1996).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from qspo_lab.methods._checks import finite, not_negative, numbers, one_of, positive, same_length, whole

Language = Literal["en", "de"]
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_SENTENCE = re.compile(r"[.!?]+(?=\s|$)")
_VOWELS = {"en": "[aeiouy]+", "de": "(?:aa|ee|oo|ie|ei|ai|eu|äu|au|[aeiouyäöü])"}


@dataclass(frozen=True)
class TextCounts:
    """Counts of a text; syllables by rule of thumb, right to within a few per cent.

    Parameters
    ----------
    words, sentences, syllables
        How many.
    """

    words: int
    sentences: int
    syllables: int


def persuasion(
    strengths: ArrayLike, weights: ArrayLike | None = None, prior: float = 5.0, prior_weight: float = 1.0
) -> float:
    """Give the attitude after several arguments: (w0 s0 + sum w s) / (w0 + sum w). A weak one lowers it.

    Parameters
    ----------
    strengths
        How strong each argument is for this audience.
    weights
        How much each counts; 1 if left out.
    prior, prior_weight
        Attitude before, and how much that counts.

    Examples
    --------
    >>> persuasion([9, 9, 4])
    6.75
    """
    s = numbers("strengths", strengths)
    w = np.ones(len(s)) if weights is None else numbers("weights", weights)
    same_length(strengths=s, weights=w)
    if np.any(w < 0):
        raise ValueError(f"weights must be 0 or more, not {w.min():g}")
    total = not_negative("prior_weight", prior_weight) + w.sum()
    return float((prior_weight * finite("prior", prior) + w @ s) / total) if total > 0 else float("nan")


def reading_ease(words: int, sentences: int, syllables: int, language: Language = "en") -> float:
    """Give how easily a text reads: 60 to 70 is plain, below 30 is for specialists.

    English (Flesch): 206.835 - 1.015 words/sentence - 84.6 syllables/word. German (Amstad): 180 - words/sentence -
    58.5 syllables/word.

    Parameters
    ----------
    words, sentences, syllables
        Counts of the text.
    language
        ``en`` or ``de``.

    Returns
    -------
    float
        nan for an empty text.

    Examples
    --------
    >>> round(reading_ease(100, 5, 150), 3)
    59.635
    """
    w, s, y = whole("words", words), whole("sentences", sentences), whole("syllables", syllables)
    one_of("language", language, ("en", "de"))
    if not w or not s:
        return float("nan")
    if language == "en":
        return 206.835 - 1.015 * w / s - 84.6 * y / w
    return 180 - w / s - 58.5 * y / w


def count_text(text: str, language: Language = "en") -> TextCounts:
    """Count words, sentences and syllables of a text.

    Syllables are groups of vowels; in English a silent e at the end is left out. Own code: the packages that do it
    bring word lists of many megabytes.

    Parameters
    ----------
    text
        Any text.
    language
        ``en`` or ``de``.

    Examples
    --------
    >>> count_text("Your bill stays the same. We promise that.")
    TextCounts(words=8, sentences=2, syllables=9)
    """
    one_of("language", language, ("en", "de"))
    words = _WORD.findall(text)
    sentences = max(len(_SENTENCE.findall(text)), 1) if words else 0
    return TextCounts(len(words), sentences, sum(_syllables(word.lower(), language) for word in words))


def text_reading_ease(text: str, language: Language = "en") -> float:
    """Give the reading ease of a text; nan if it has no words."""
    counts = count_text(text, language)
    return reading_ease(counts.words, counts.sentences, counts.syllables, language)


def share_of_voice(own_words: float, all_words: float) -> float:
    """Give the share of all that people hear which is about the vision (Kotter: about half a per cent).

    Examples
    --------
    >>> round(share_of_voice(13_400, 2_300_000), 4)
    0.0058
    """
    total = positive("all_words", all_words)
    if not_negative("own_words", own_words) > total:
        raise ValueError(f"own_words ({own_words:g}) must not be more than all_words ({all_words:g})")
    return own_words / total


def _syllables(word: str, language: str) -> int:
    if language == "en":
        core = re.sub(r"(?<=[^aeiouy])e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouyscxz])es$", "", word)
        core = word if word.endswith("le") and len(word) > 2 and word[-3] not in "aeiouy" else core
        return max(len(re.findall(_VOWELS["en"], core)), 1)
    return max(len(re.findall(_VOWELS["de"], word)), 1)
