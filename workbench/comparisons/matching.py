"""Which executed layers of several runs do the same work, also when fusion, precision and names differ.

Layers are matched through the original layers that they were fused from, in five steps:

1. Convolutions, matrix products and the like are anchors: executed layers with an anchor in common are one group, and
   two groups with different anchors are never joined. So a chain of fusions that overlap cannot swallow the network.
2. Layers with the same originals are one group, which is closed like an anchor.
3. Layers that share some originals are joined, those that share most first, unless that would join two closed groups.
   Layers of the same name that have no counterpart yet are joined, too.
4. Where names do not match at all but the sequence of anchors does, by type and shape of the weights (the same network
   converted by another version, which numbers its names anew), anchors are matched by their place; then layers of one
   type that the same groups feed.
5. What only converts precision or layout, and has no counterpart, is shown as conversions before the layer it feeds.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from workbench.benchmarks.layer_schemas import Layer

# Types of original layers that do the arithmetic.
ANCHORS = {
    "Convolution", "GroupConvolution", "ConvolutionBackpropData", "GroupConvolutionBackpropData", "BinaryConvolution",
    "DeformableConvolution", "MatMul", "FullyConnected", "Gemm", "LSTMSequence", "GRUSequence", "RNNSequence",
    "LSTMCell", "GRUCell", "RNNCell", "TensorIterator", "ScaledDotProductAttention",
}  # fmt: skip
_QUANTIZES = {"FakeQuantize", "FakeConvert"}
_CONVERTS = {"reorder", "convert"}
# NNCF names what it inserts after the layer it quantizes: `conv1/fq_output_0`; a split one gets one number more.
_INSERTED = re.compile(r"/fq_(?:output|input|weights)_\d+(?:_\d+)?$")
# So much of both sequences must agree before layers are matched by their place.
SAME_NETWORK = 0.9
# Fewer anchors than this are alike by chance.
FEWEST_ANCHORS = 4
# A chain of layers without a counterpart is found one layer a pass.
MOST_PASSES = 10
# Finding what two sequences have in common takes time by the square of their length.
MAX_SEQUENCE = 3000


@dataclass
class Member:
    """An executed layer of one side.

    `originals`: those of the model, an inserted quantization under the name of what it quantizes; `names`: the same
    with the parts that a quantization was split into while compiling.
    """

    side: int
    layer: Layer
    originals: frozenset[str]
    names: frozenset[str]
    anchors: frozenset[str]
    signature: tuple[object, ...] | None
    feeds: list["Member"] = field(default_factory=list)
    fed_by: list["Member"] = field(default_factory=list)

    @property
    def converts(self) -> bool:
        kinds = {original.type for original in self.layer.originals if original.type is not None}
        return (
            self.layer.conversion is not None
            or self.layer.type.lower() in _CONVERTS
            or (bool(kinds) and kinds <= _QUANTIZES)
        )


@dataclass
class Group:
    """Executed layers of all sides that belong in one row. `closed`: it is not joined with another closed group.

    `before`: for conversions, the group that they feed.
    """

    members: list[Member]
    closed: bool = False
    conversions: bool = False
    before: "Group | None" = None

    @property
    def sides(self) -> set[int]:
        return {member.side for member in self.members}

    @property
    def accounted(self) -> bool:
        """It has a counterpart, or is a conversion for the sake of layers that have one."""
        return len(self.sides) > 1 or (self.conversions and self.before is not None and len(self.before.sides) > 1)


class _Joined:
    """A union-find over members, with the closed flag of each group."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = members
        self._parent = list(range(len(members)))
        self.closed = [bool(member.anchors) for member in members]
        self.sides = [{member.side} for member in members]

    def root(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, one: int, other: int, *, close: bool = False) -> None:
        one, other = self.root(one), self.root(other)
        if one != other:
            self._parent[other] = one
            self.closed[one] = self.closed[one] or self.closed[other]
            self.sides[one] |= self.sides[other]
        self.closed[one] = self.closed[one] or close

    def groups(self) -> list[Group]:
        found: dict[int, Group] = {}
        for index, member in enumerate(self.members):
            root = self.root(index)
            found.setdefault(root, Group([], self.closed[root])).members.append(member)
        return list(found.values())


def match(sides: Sequence[Sequence[Layer]]) -> tuple[list[Group], bool]:
    """(groups that hold every executed layer once, whether anchors had to be matched by their place)."""
    members = _members(sides)
    joined = _Joined(members)
    _join_anchors(joined)
    _join_equal(joined)
    _join_sharing(joined)
    _join_named(joined)
    by_place = _join_places(joined, len(sides))
    _join_fed(joined)
    return _gather_conversions(joined.groups()), by_place


def _members(sides: Sequence[Sequence[Layer]]) -> list[Member]:
    found: list[Member] = []
    for side, layers in enumerate(sides):
        by_name: dict[str, Member] = {}
        own: list[Member] = []
        for layer in layers:
            if layer.status == "not_executed":
                continue
            member = _member(side, layer)
            by_name[layer.name] = member
            own.append(member)
        for member in own:
            for source in {str(port.get("from")) for port in member.layer.inputs}:
                if source in by_name:
                    by_name[source].feeds.append(member)
                    member.fed_by.append(by_name[source])
        found += own
    return found


def _member(side: int, layer: Layer) -> Member:
    # What has no type is not in the model: the plugin made it, and numbers it anew each time.
    originals = {_quantized(item.name) for item in layer.originals if item.type is not None}
    parts = {_quantized(item.name) for item in layer.originals if item.type is None and _INSERTED.search(item.name)}
    anchors = {item.name for item in layer.originals if item.type in ANCHORS}
    return Member(
        side,
        layer,
        frozenset(originals),
        frozenset(originals | parts),
        frozenset(anchors),
        _signature(layer) if anchors else None,
    )


def _quantized(name: str) -> str:
    return _INSERTED.sub("", name)


def _signature(layer: Layer) -> tuple[object, ...] | None:
    """What tells an anchor by its work alone: types, weights, and the shape of what comes out, batch aside. None where
    neither shape is known."""
    kinds = tuple(sorted(item.type for item in layer.originals if item.type in ANCHORS))
    weights = layer.attributes.get("weights_shape")
    outputs = layer.outputs[0].get("shape", [])[1:] if layer.outputs else []
    return (kinds, tuple(weights or ()), tuple(outputs)) if weights or outputs else None


def _join_anchors(joined: _Joined) -> None:
    first: dict[tuple[str, str | None], int] = {}
    for index, member in enumerate(joined.members):
        # Networks of the same exporter share names such as n3; a convolution is never a matrix product.
        for item in member.layer.originals:
            if item.type in ANCHORS:
                joined.join(first.setdefault((item.name, item.type), index), index)


def _join_equal(joined: _Joined) -> None:
    by_originals: dict[frozenset[str], list[int]] = defaultdict(list)
    for index, member in enumerate(joined.members):
        if member.originals and not member.anchors:
            by_originals[member.originals].append(index)
    for same in by_originals.values():
        if len({joined.members[index].side for index in same}) > 1:
            for index in same:
                joined.join(same[0], index, close=True)


def _join_sharing(joined: _Joined) -> None:
    """Join what shares originals, most shared first; of equals, what ran first."""
    holders: dict[str, list[int]] = defaultdict(list)
    for index, member in enumerate(joined.members):
        for name in member.names:
            holders[name].append(index)
    shared: Counter[tuple[int, int]] = Counter()
    for same in holders.values():
        for place, one in enumerate(same):
            for other in same[place + 1 :]:
                shared[one, other] += 1

    def closeness(pair: tuple[int, int]) -> tuple[float, float, int, int]:
        one, other = (joined.members[index] for index in pair)
        return (-shared[pair], -shared[pair] / len(one.names | other.names), *pair)

    for one, other in sorted(shared, key=closeness):
        if not (joined.closed[joined.root(one)] and joined.closed[joined.root(other)]):
            joined.join(one, other)


def _join_named(joined: _Joined) -> None:
    alone: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, member in enumerate(joined.members):
        if len(joined.sides[joined.root(index)]) == 1:
            alone[member.layer.name, member.layer.type].append(index)
    for same in alone.values():
        for index in same[1:]:
            if not (joined.closed[joined.root(same[0])] and joined.closed[joined.root(index)]):
                joined.join(same[0], index)


def _join_places(joined: _Joined, sides: int) -> bool:
    """Match the anchors that no name matches by their place, where the sequence as a whole is that of side 0."""
    sequences = [
        [index for index, member in enumerate(joined.members) if member.side == side and member.anchors]
        for side in range(sides)
    ]
    for sequence in sequences:
        sequence.sort(key=lambda index: joined.members[index].layer.order)
    found = False
    for other in sequences[1:]:
        for one, two in _same_places(joined, sequences[0], other):
            if joined.root(one) != joined.root(two):
                joined.join(one, two)
                found = True
    return found


def _join_fed(joined: _Joined) -> None:
    """Join layers without a counterpart that the same groups feed, where each side has one of that type. In order of
    execution, so that one joined layer makes those behind it findable; conversions have a step of their own."""
    place = {id(member): index for index, member in enumerate(joined.members)}
    waiting = sorted(
        (index for index, member in enumerate(joined.members) if member.fed_by and not member.converts),
        key=lambda index: joined.members[index].layer.order,
    )
    for _ in range(MOST_PASSES):
        found: dict[tuple[str, frozenset[int]], list[int]] = defaultdict(list)
        waiting = [index for index in waiting if len(joined.sides[joined.root(index)]) == 1]
        for index in waiting:
            member = joined.members[index]
            sources = frozenset(joined.root(place[id(source)]) for source in _sources(member))
            found[member.layer.type, sources].append(index)
        pairs = [same for same in found.values() if len(same) > 1 and _one_each(joined, same)]
        for same in pairs:
            for index in same[1:]:
                joined.join(same[0], index)
        if not pairs:
            return


def _sources(member: Member) -> list[Member]:
    """The layers before it, behind what only converts."""
    found: list[Member] = []
    waiting, seen = list(member.fed_by), set()
    while waiting:
        source = waiting.pop()
        if id(source) in seen:
            continue
        seen.add(id(source))
        if source.converts and source.fed_by:
            waiting += source.fed_by
        else:
            found.append(source)
    return found


def _one_each(joined: _Joined, same: list[int]) -> bool:
    """Whether each of these is the only one of its side, and none but one is closed."""
    sides = [joined.members[index].side for index in same]
    return len(set(sides)) == len(sides) and sum(joined.closed[joined.root(index)] for index in same) < 2


def _same_places(joined: _Joined, first: list[int], other: list[int]) -> list[tuple[int, int]]:
    """Pairs of anchors at the same place of both sequences; none where these are not those of one network."""
    ours, theirs = [_token(joined, index) for index in first], [_token(joined, index) for index in other]
    if min(len(ours), len(theirs)) < FEWEST_ANCHORS:
        return []
    if ours == theirs:
        return list(zip(first, other, strict=True))
    if max(len(ours), len(theirs)) > MAX_SEQUENCE:
        return []
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    if sum(block.size for block in blocks) < SAME_NETWORK * max(len(ours), len(theirs)):
        return []
    return [(first[block.a + step], other[block.b + step]) for block in blocks for step in range(block.size)]


def _token(joined: _Joined, index: int) -> tuple[object, ...]:
    root = joined.root(index)
    if len(joined.sides[root]) > 1:
        return ("group", root)
    signature = joined.members[index].signature
    return ("alone", signature) if signature is not None else ("unknown", index)


def _gather_conversions(groups: list[Group]) -> list[Group]:
    """Conversions that only one side has, by the group that they feed."""
    home = {id(member): group for group in groups for member in group.members}
    kept: list[Group] = []
    gathered: dict[int, Group] = {}
    for group in groups:
        if len(group.sides) > 1 or not all(member.converts for member in group.members):
            kept.append(group)
            continue
        for member in group.members:
            target = _fed(member)
            before = home[id(target)] if target is not None else None
            row = gathered.setdefault(id(before) if before else 0, Group([], conversions=True, before=before))
            row.members.append(member)
    return kept + list(gathered.values())


def _fed(member: Member) -> Member | None:
    """The first layer behind a chain of conversions; None where the data only leaves the network."""
    seen: set[int] = set()
    waiting = [member]
    while waiting:
        here = waiting.pop(0)
        if id(here) in seen:
            continue
        seen.add(id(here))
        for following in sorted(here.feeds, key=lambda item: item.layer.order):
            if not following.converts:
                return following
            waiting.append(following)
    return None
