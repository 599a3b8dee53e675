# SPDX-License-Identifier: BSD-2-Clause
"""From samples to the table."""

from dataclasses import dataclass
from statistics import mean, median

from .configs import Config
from .runner import Sample
from .workloads import Workload


@dataclass(frozen=True)
class Row:
    """One configuration under one workload; None: cannot be told."""

    config: str
    cost: float  # an operation, ns
    added: float | None
    spread: float | None  # of added: half the distance of the quartiles over the rounds
    percent: float | None
    of_return0: float | None  # added / added by return-0 with the same copies
    of_reference: float | None
    tool_cpu: float
    tool_rss: int
    tool_maps: int


def _good(samples: list[Sample], workload: str) -> dict[str, dict[int, Sample]]:
    found: dict[str, dict[int, Sample]] = {}
    for sample in samples:
        if sample.workload == workload and not sample.disturbed:
            found.setdefault(sample.config, {})[sample.round] = sample
    return found


def _added_per_round(base: dict[int, Sample], own: dict[int, Sample], metric: str) -> list[float]:
    """Differences within a round, so that what is slow for a while is slow on both sides."""
    return sorted(getattr(own[number], metric) - getattr(base[number], metric)
                  for number in own if number in base)


def _spread(values: list[float]) -> float | None:
    if len(values) < 4:
        return None
    quarter = len(values) // 4
    return (values[-1 - quarter] - values[quarter]) / 2


def _ratio(value: float | None, base: float | None) -> float | None:
    return value / base if value is not None and base and base > 0 else None


def rows(samples: list[Sample], configs: list[Config], workload: str, metric: str) -> list[Row]:
    """The rows of one workload in the order of the configurations."""
    good = _good(samples, workload)
    differences = {name: _added_per_round(good.get("none", {}), own, metric)
                   for name, own in good.items()}
    added = {name: median(values) for name, values in differences.items() if values}
    base = median(getattr(s, metric) for s in good["none"].values()) if "none" in good else None
    result = []
    for config in configs:
        own = good.get(config.name)
        if not own:
            continue
        is_base = config.name == "none"
        mine = None if is_base else added.get(config.name)
        result.append(Row(
            config=config.name,
            cost=median(getattr(sample, metric) for sample in own.values()),
            added=mine,
            spread=None if is_base else _spread(differences[config.name]),
            percent=mine / base * 100 if mine is not None and base else None,
            of_return0=_ratio(mine, added.get(f"return0-{config.copies}")),
            of_reference=_ratio(mine, added.get("reference")),
            tool_cpu=mean(sample.tool_cpu for sample in own.values()),
            tool_rss=max(sample.tool_rss for sample in own.values()),
            tool_maps=max(sample.tool_maps for sample in own.values())))
    return result


def _number(value: float | None, pattern: str) -> str:
    return "" if value is None else pattern.format(value)


def table(found: list[Row], workload: Workload, metric: str) -> str:
    """Markdown, so that it can go to docs/performance.md as it is."""
    unit = {1: "ns", 1000: "µs", 1000000: "ms"}[workload.unit_ns]
    digits = "{:.0f}" if workload.unit_ns == 1 else "{:.2f}"
    lines = [
        f"**{workload.name}**: {workload.what}, {metric.removesuffix('_ns')} time",
        "",
        f"| configuration | {unit}/op | added | ± | added % | × return-0 | × reference "
        "| tool CPU % | tool RSS MB | maps MB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for row in found:
        added = None if row.added is None else row.added / workload.unit_ns
        spread = None if row.spread is None else row.spread / workload.unit_ns
        cells = [row.config, digits.format(row.cost / workload.unit_ns), _number(added, digits),
                 _number(spread, digits), _number(row.percent, "{:.1f}"),
                 _number(row.of_return0, "{:.2f}"), _number(row.of_reference, "{:.3f}")]
        if row.tool_rss:
            cells += [f"{row.tool_cpu * 100:.1f}", f"{row.tool_rss / 1e6:.0f}",
                      f"{row.tool_maps / 1e6:.0f}"]
        else:
            cells += ["", "", ""]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
