"""Control: where a person had to look, a person did, and the act says who."""

from adjudication.format_logic.draft import Draft, Mismatches, differing, untrue


def officer_where_needed(draft: Draft) -> Mismatches:
    """An officer's confirmation stands behind whatever was doubtful or is an officer's to judge; the act names the one
    who looked last, and nobody where nobody looked."""
    act, passage, rule = draft.act, draft.passage, draft.rule
    confirming = [review.officer for review in draft.decision.reviews if review.verdict == "confirm"]
    for_a_person = rule is not None and rule.settled_by_officer is not None
    of_possessor = draft.decision.checked.possessor is not None
    needed = bool(draft.settled) or for_a_person or of_possessor or passage.section is not None
    behind = confirming[-1] if confirming else passage.corrected_by
    return (
        *untrue(
            confirmed=bool(confirming) or not needed,
            a_person=behind is None or bool(behind.login and behind.full_name),
        ),
        *differing(decided_by=(act.decided_by, "automatic" if behind is None else "officer")),
        *untrue(officer_named=act.officer == (None if behind is None else behind.full_name)),
    )
