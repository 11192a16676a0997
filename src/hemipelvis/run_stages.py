"""All stages, in their order."""

from hemipelvis import stages_image, stages_part, stages_plan, stages_report

STAGES = (
    *stages_image.STAGES,
    *stages_plan.STAGES,
    *stages_part.STAGES,
    stages_report.STAGE,
    stages_part.HANDOFF,
)
