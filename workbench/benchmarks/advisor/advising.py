"""Asks every rule about a run."""

from workbench.benchmarks.advisor import (
    device_rules,
    layer_rules,
    load_rules,
    measurement_rules,
    model_rules,
    precision_rules,
)
from workbench.benchmarks.advisor.facts import Facts, Fine, Rule
from workbench.benchmarks.layer_schemas import Finding, Findings, RuleOutcome

RULES = (
    Rule("noisy_measurement", "Can the measurement be trusted?", measurement_rules.noisy_measurement),
    Rule("overloaded", "Did the device keep up with the arrivals?", load_rules.overloaded),
    Rule("calibrate_first", "Would INT8 pay?", precision_rules.calibrate_first),
    Rule("unquantized_layers", "Is all of the INT8 model quantized?", precision_rules.unquantized_layers),
    Rule("half_precision", "Is bf16 or f16 used where the device has it?", precision_rules.half_precision),
    Rule("fallback", "Did everything run on the accelerator?", device_rules.fallback),
    Rule("conversions", "How much time do conversions take?", layer_rules.conversions),
    Rule("memory_bound", "Is the memory the limit?", layer_rules.memory_bound),
    Rule("overhead", "Are there layers that only cost overhead?", layer_rules.overhead),
    Rule("one_stream", "Would several streams pay?", load_rules.one_stream),
    Rule("batch_without_gain", "Does the batch pay?", load_rules.batch_without_gain),
    Rule("dynamic_shapes", "Do dynamic shapes cost time?", model_rules.dynamic_shapes),
    Rule("preprocessing", "Could preprocessing move into the model?", model_rules.preprocessing),
    Rule("slow_start", "Would the cache make the start faster?", measurement_rules.slow_start),
    Rule("short_run", "Were there requests enough for the tail?", measurement_rules.short_run),
)
_ORDER = {"high": 0, "medium": 1, "info": 2}


def advise(facts: Facts) -> Findings:
    """What the rules found, most severe first, and what became of each rule."""
    found: list[Finding] = []
    outcomes = []
    for rule in RULES:
        judged = rule.judge(facts)
        if isinstance(judged, Finding):
            found.append(judged)
            outcomes.append(RuleOutcome(rule=rule.name, title=rule.title, outcome="found", reason=judged.summary))
        else:
            outcome = "fine" if isinstance(judged, Fine) else "not_applicable"
            outcomes.append(
                RuleOutcome(rule=rule.name, title=rule.title, outcome=outcome, reason=judged.reason)  # type: ignore[arg-type]
            )
    found.sort(key=lambda finding: _ORDER[finding.severity])
    return Findings(run_id=facts.run.id, findings=found, rules=outcomes)
