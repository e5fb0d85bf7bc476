"""`/events`: everything that happens, as one stream."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from workbench.errors import ERROR_RESPONSES
from workbench.events.stream import EventHub

router = APIRouter(prefix="/events", tags=["events"], responses=ERROR_RESPONSES)


class EventStreamResponse(StreamingResponse):
    media_type = "text/event-stream"


@router.get("", response_class=EventStreamResponse)
async def stream_events(
    request: Request,
    last_event_id: Annotated[int | None, Header(ge=0, le=2**62)] = None,
    after: Annotated[int | None, Query(ge=0, le=2**62, description="as Last-Event-ID, for a first request")] = None,
) -> EventStreamResponse:
    """Server-sent events: `job` (created, moved, progressed) and `changed` (a resource is no longer what it was)."""
    hub: EventHub = request.app.state.events
    start = last_event_id if last_event_id is not None else after
    if start is None:
        start = await hub.newest()
    return EventStreamResponse(hub.stream(start), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
