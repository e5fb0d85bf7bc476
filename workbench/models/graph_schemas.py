"""What the API tells of graphs: that of a model, and the one that executes."""

from typing import Any, Literal

from pydantic import BaseModel, Field


class GraphTensor(BaseModel):
    shape: list[int | str]
    precision: str


class GraphConstant(BaseModel):
    """A constant that a node reads at input `port`."""

    port: int
    name: str
    shape: list[int | str]
    precision: str
    bytes: int


class GraphNode(BaseModel):
    """`inputs`: for each input that no constant feeds, the place of its producer among the nodes and the output of it
    that is read."""

    name: str
    type: str
    inputs: list[tuple[int, int]]
    outputs: list[GraphTensor]
    constants: list[GraphConstant] = Field(default_factory=list)
    attributes: dict[str, Any] = Field(default_factory=dict)
    order: int | None = None
    time_us: float | None = None
    share: float | None = None
    runtime_precision: str | None = None
    primitive: str | None = None
    status: str | None = None
    originals: list[str] = Field(default_factory=list, description="names of the model's nodes that went into it")


class Graph(BaseModel):
    """Nodes in an order in which each comes after those it reads from."""

    kind: Literal["ir", "runtime"]
    nodes: list[GraphNode]
