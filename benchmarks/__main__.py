"""Run the benchmarks named on the command line, or all of them, and print a line or a JSON object for each figure."""

import argparse
import json
from dataclasses import asdict

from benchmarks import checking, cold_start, experiments, interface_gap, models, verdict

_MODULES = (cold_start, interface_gap, verdict, checking, experiments, models)
BENCHMARKS = {module.__name__.rpartition(".")[2]: module for module in _MODULES}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all if none")
    parser.add_argument("--json", action="store_true", help="print one JSON object a figure")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    for name in asked.names or BENCHMARKS:
        for figure in BENCHMARKS[name].run():
            print(json.dumps({"benchmark": name, **asdict(figure)}) if asked.json else figure, flush=True)


if __name__ == "__main__":
    main()
