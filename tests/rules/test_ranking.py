from rules.labels import Label, Values
from rules.metric import METRICS, Reads, Totals
from rules.ranking import Ranking
from rules.rule import Rule
from rules.series import Answer, Query
from rules.window import Span, span_at
from tests.rules import samples
from tests.rules.samples import NOON

ANA, BEN, CLEO = ("ana@acme.test",), ("ben@acme.test",), ("cleo@acme.test",)


def asked(metric: str) -> tuple[Rule, Span]:
    limit = "50%" if metric == "error_rate" else "1 USD"
    rule = samples.rule(
        f"metric: {metric}\ngroup_by: [user]\nwindow: 24h\nthresholds: {{warning: {limit}}}"
    )
    assert rule.window is not None
    return rule, span_at(rule.window, NOON)


def ranking(rule: Rule, span: Span, **answers: Answer) -> Ranking:
    return Ranking(
        {
            Query(Reads(reads), span, (Label.USER,), rule.where): answer
            for reads, answer in answers.items()
        }
    )


def test_series_come_from_the_largest_value_down() -> None:
    rule, span = asked("spend")
    records: dict[Values, Totals] = {
        ANA: Totals(credits=5),
        BEN: Totals(credits=9),
        CLEO: Totals(neo_cost=7),
    }
    found = ranking(rule, span, records=records).ranked(rule.question, span)
    assert [(9, BEN), (7, CLEO), (5, ANA)] == found


def test_what_has_no_value_is_left_out() -> None:
    rule, span = asked("error_rate")
    records: dict[Values, Totals] = {
        ANA: Totals(streams=1),
        BEN: Totals(streams=2, judged=2, errors=1),
    }
    found = ranking(rule, span, records=records).ranked(rule.question, span)
    assert [BEN] == [values for _, values in found]


def test_totals_of_two_queries_are_joined() -> None:
    rule, span = asked("cost_per_task")
    assert (Reads.RECORDS, Reads.TASKS) == METRICS["cost_per_task"].reads
    both = ranking(rule, span, records={ANA: Totals(credits=8)}, tasks={ANA: Totals(tasks=2)})
    assert {ANA: Totals(credits=8, tasks=2)} == both.totals(rule.question, span)


def test_an_order_is_made_once_for_all_who_ask() -> None:
    rule, span = asked("spend")
    made = ranking(rule, span, records={ANA: Totals(credits=5)})
    assert made.ranked(rule.question, span) is made.ranked(asked("spend")[0].question, span)
