"""What became of the mutants, file by file, and the table of it."""

from collections import Counter
from dataclasses import dataclass
import json
import tomllib
from typing import Final

from .places import EQUIVALENT, RESULTS, TABLE
from .runner import KILLED, LIVING, OUT_OF_TIME

_MARK: Final = "<!-- The table is written by scripts/mutate. -->\n"


@dataclass(slots=True)
class FileResult:
    """What became of the mutants of a file; those that live are named."""

    mutants: int
    killed: int
    out_of_time: int
    living: list[str]


class Results:
    """What became of the mutants of all files that were asked about."""

    def __init__(self, files: dict[str, FileResult]) -> None:
        """Go on with what is known."""
        self._files = files
        equivalent = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))
        self._equivalent = {
            file: {each["key"].strip("\n") for each in listed}
            for file, listed in equivalent.items()
        }

    @classmethod
    def load(cls) -> Results:
        """Read what is kept."""
        if not RESULTS.exists():
            return cls({})
        stored = json.loads(RESULTS.read_text(encoding="utf-8"))
        return cls({path: FileResult(**fields) for path, fields in stored.items()})

    def living(self, path: str) -> set[str]:
        """Return those of a file that lived, and are not known to do the same as the code."""
        lived = set(self._files[path].living) if path in self._files else set()
        return lived - self._equivalent.get(path, set())

    def note(self, path: str, outcomes: dict[str, str], *, whole: bool) -> None:
        """Keep what became of all mutants of a file, or only of those that had lived."""
        count = Counter(outcomes.values())
        living = sorted(key for key, outcome in outcomes.items() if outcome == LIVING)
        if whole:
            self._files[path] = FileResult(
                len(outcomes), count[KILLED], count[OUT_OF_TIME], living
            )
        else:
            file = self._files[path]
            file.killed += count[KILLED]
            file.out_of_time += count[OUT_OF_TIME]
            file.living = sorted(
                {*living, *file.living} - (outcomes.keys() - {*living})
            )

    def write(self) -> None:
        """Write the results and the table, and print what is wrong with the list of equivalent ones."""
        files = dict(sorted(self._files.items()))
        stored = {
            path: {
                "mutants": file.mutants,
                "killed": file.killed,
                "out_of_time": file.out_of_time,
                "living": file.living,
            }
            for path, file in files.items()
        }
        RESULTS.write_text(
            json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        lines = [
            "| file | mutants | killed | of these by time-out | equivalent | living | score |",
            "|---|--:|--:|--:|--:|--:|--:|",
        ]
        total: Counter[str] = Counter()
        for path, file in files.items():
            known = self._equivalent.get(path, set())
            for key in sorted(known - set(file.living)):
                print(f"{path}: listed as equivalent, but does not live:\n{key}\n")
            row = Counter(
                mutants=file.mutants,
                killed=file.killed + file.out_of_time,
                out_of_time=file.out_of_time,
                equivalent=len(known & set(file.living)),
                living=len(set(file.living) - known),
            )
            total.update(row)
            lines.append(_row(path, row))
        lines.append(_row("all", total))
        before = TABLE.read_text(encoding="utf-8").partition(_MARK)[0]
        TABLE.write_text(before + _MARK + "\n".join(lines) + "\n", encoding="utf-8")


def _row(name: str, row: Counter[str]) -> str:
    real = row["mutants"] - row["equivalent"]
    score = f"{row['killed'] / real:.1%}" if real else "-"
    numbers = " | ".join(
        str(row[each])
        for each in ("mutants", "killed", "out_of_time", "equivalent", "living")
    )
    return f"| {name} | {numbers} | {score} |"
