"""Read the CMU Pronouncing Dictionary (BSD licence) in the voice's phonemes: for the commands that build our tables."""

from __future__ import annotations

from pathlib import Path

_PHONEMES = dict(
    pair.split("=")
    for pair in """AA=ɑ AE=æ AH=ʌ AO=ɔ AW=W AY=I EH=ɛ ER=ɜɹ EY=A IH=ɪ IY=i OW=O OY=Y UH=ʊ UW=u B=b CH=ʧ D=d DH=ð F=f G=ɡ
    HH=h JH=ʤ K=k L=l M=m N=n NG=ŋ P=p R=ɹ S=s SH=ʃ T=t TH=θ V=v W=w Y=j Z=z ZH=ʒ""".split()
)
_STRESS = {"1": "ˈ", "2": "ˌ", "0": ""}
_WEAK = {"ʌ": "ə", "ɜɹ": "əɹ"}


def read(path: Path) -> dict[str, str]:
    """Word in lower case -> its first pronunciation; words of letters alone."""
    said: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        word, *sounds = line.split("#")[0].split()
        if word.isalpha():
            said[word] = "".join(map(_phoneme, sounds)).replace("ɜɹɹ", "ɜɹ")
    return said


def _phoneme(sound: str) -> str:
    """One sound of the dictionary: `AH0` is ə, `AH1` ˈʌ."""
    name = sound.rstrip("012")
    phoneme = _PHONEMES[name]
    if name == sound:
        return phoneme
    mark = _STRESS[sound[-1]]
    return mark + phoneme if mark else _WEAK.get(phoneme, phoneme)
