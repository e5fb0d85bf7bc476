"""All rules together."""

from tests.unit.benchmarks.advisor.material import facts, split
from workbench.benchmarks.advisor.advising import RULES, advise


class TestAdvise:
    def test_every_rule_says_what_became_of_it(self) -> None:
        found = advise(facts(split(0.9), verdict="noisy", verdict_reason="It varied."))
        assert [outcome.rule for outcome in found.rules] == [rule.name for rule in RULES]
        assert all(outcome.reason for outcome in found.rules)
        fired = {outcome.rule for outcome in found.rules if outcome.outcome == "found"}
        assert fired == {finding.rule for finding in found.findings}
        assert {"calibrate_first", "noisy_measurement", "half_precision"} <= fired

    def test_most_severe_first(self) -> None:
        order = ["high", "medium", "info"]
        severities = [finding.severity for finding in advise(facts(split(0.9), verdict="noisy")).findings]
        assert severities == sorted(severities, key=order.index)

    def test_names_are_unique(self) -> None:
        assert len({rule.name for rule in RULES}) == len(RULES)

    def test_a_run_about_which_nothing_is_known(self) -> None:
        found = advise(facts(device=None, compile_ms=None, samples=0, provenance={}, input={}))
        assert {outcome.outcome for outcome in found.rules} == {"fine", "not_applicable"}
