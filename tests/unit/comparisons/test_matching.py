"""Executed layers of several runs find each other through their originals, and nothing swallows the network."""

from tests.unit.comparisons.measured import layer, network
from workbench.benchmarks.layer_schemas import Layer
from workbench.comparisons.matching import match


def grouped(*sides: list[Layer]) -> list[list[str]]:
    """Names of the layers in each group, with the number of their side."""
    groups, _ = match(sides)
    return sorted(sorted(f"{member.side}:{member.layer.name}" for member in group.members) for group in groups)


CONV, OTHER = ("c1", "Convolution"), ("c2", "Convolution")
RELU, ADD = ("relu", "Relu"), ("add", "Add")


class TestMatch:
    def test_a_fused_chain_against_the_same_unfused(self) -> None:
        fused = network(layer("c1", 10, CONV, ADD, RELU))
        apart = network(layer("c1", 8, CONV), layer("add", 1, ADD, type="Eltwise"), layer("relu", 1, RELU, type="Relu"))
        assert grouped(fused, apart) == [["0:c1", "1:add", "1:c1", "1:relu"]]

    def test_an_original_between_two_convolutions_joins_one_of_them_only(self) -> None:
        """Side 0 fuses the addition into the first convolution, side 1 into the second."""
        one = network(layer("c1", 10, CONV, ADD), layer("c2", 10, OTHER))
        two = network(layer("c1", 10, CONV), layer("c2", 10, OTHER, ADD))
        assert grouped(one, two) == [["0:c1", "1:c1"], ["0:c2", "1:c2"]]

    def test_overlapping_chains_do_not_run_through_anchors(self) -> None:
        count = 20
        one, two = [], []
        for number in range(count):
            conv, act = (f"c{number}", "Convolution"), (f"a{number}", "Relu")
            following = (f"c{number + 1}", "Convolution")
            one.append(layer(f"c{number}", 5, conv, act))
            two.append(layer(f"c{number + 1}", 5, act, following))
        groups, _ = match([network(*one), network(*two)])
        assert max(len(group.members) for group in groups) == 2

    def test_two_anchors_that_one_side_fuses_are_one_row(self) -> None:
        together = network(layer("block", 20, CONV, OTHER))
        apart = network(layer("c1", 12, CONV), layer("c2", 12, OTHER))
        assert grouped(together, apart) == [["0:block", "1:c1", "1:c2"]]

    def test_inserted_quantization_goes_by_what_it_quantizes(self) -> None:
        floating = network(layer("c1", 10, CONV), layer("relu", 3, RELU, ADD, type="Subgraph"))
        quantized = network(
            layer("c1", 4, CONV), layer("relu/fq_output_0", 2, ("relu/fq_output_0", "FakeQuantize"), type="Subgraph")
        )
        assert grouped(floating, quantized) == [["0:c1", "1:c1"], ["0:relu", "1:relu/fq_output_0"]]

    def test_names_that_the_plugin_makes_up_match_nothing(self) -> None:
        one = network(layer("c1", 10, CONV, ("Multiply_7", None)))
        two = network(layer("pool", 1, ("pool", "MaxPool"), ("Multiply_7", None), type="Pooling"))
        assert grouped(one, two) == [["0:c1"], ["1:pool"]]

    def test_a_name_in_common_does_not_make_a_convolution_a_matrix_product(self) -> None:
        one = network(layer("n3", 10, ("n3", "Convolution")))
        two = network(layer("n3", 10, ("n3", "MatMul"), type="FullyConnected"))
        assert grouped(one, two) == [["0:n3"], ["1:n3"]]

    def test_conversions_stand_before_what_they_feed(self) -> None:
        one = network(layer("reorder", 5, type="Reorder"), layer("c1", 10, CONV, after=["reorder"]))
        two = network(
            layer("x/fq_output_0", 2, ("x/fq_output_0", "FakeQuantize"), type="Subgraph"),
            layer("to_nhwc", 3, type="Reorder", after=["x/fq_output_0"]),
            layer("c1", 4, CONV, after=["to_nhwc"]),
            layer("last", 1, type="Reorder", after=["c1"]),
        )
        groups, _ = match([one, two])
        conversions = {
            group.before.members[0].layer.name if group.before else None: [
                member.layer.name for member in group.members
            ]
            for group in groups
            if group.conversions
        }
        assert conversions == {"c1": ["reorder", "x/fq_output_0", "to_nhwc"], None: ["last"]}
        assert [group.accounted for group in groups if group.conversions] == [True, False]

    def test_what_did_not_execute_is_left_out(self) -> None:
        port = layer("x", None, type="Input", status="not_executed")
        assert grouped(network(port, layer("c1", 1, CONV)), network(port, layer("c1", None, CONV))) == [
            ["0:c1", "1:c1"]
        ]

    def test_three_sides(self) -> None:
        sides = [network(layer("c1", 1, CONV)), network(layer("c1", 2, CONV, RELU)), network(layer("relu", 3, RELU))]
        assert grouped(*sides) == [["0:c1", "1:c1", "2:relu"]]

    def test_a_network_named_anew_is_matched_by_place(self) -> None:
        def version(prefix: str) -> list[Layer]:
            return network(
                *(
                    layer(
                        f"{prefix}{number}",
                        1,
                        (f"{prefix}{number}", "Convolution"),
                        attributes={"weights_shape": [number, 3, 3, 3]},
                    )
                    for number in range(1, 12)
                )
            )

        one, two = version("Multiply_10"), version("Multiply_90")
        groups, by_place = match([one, two])
        assert by_place
        assert all(len(group.members) == 2 for group in groups)
        assert all(group.members[0].layer.attributes == group.members[1].layer.attributes for group in groups)

    def test_other_networks_are_not_matched_by_place(self) -> None:
        one = network(
            *(layer(f"a{n}", 1, (f"a{n}", "Convolution"), attributes={"weights_shape": [n]}) for n in range(9))
        )
        two = network(
            *(layer(f"b{n}", 1, (f"b{n}", "Convolution"), attributes={"weights_shape": [n + 4]}) for n in range(9))
        )
        groups, by_place = match([one, two])
        assert not by_place
        assert len(groups) == 18

    def test_what_the_same_layers_feed_is_the_same(self) -> None:
        """The end of a network, named anew: a reshape and a softmax behind a convolution that kept its name."""

        def version(number: int) -> list[Layer]:
            reshape, softmax = f"Reshape_{number}", f"Softmax_{number + 1}"
            return network(
                layer("c1", 10, CONV),
                layer(f"to_nchw_{number}", 1, type="Reorder", after=["c1"]),
                layer(reshape, 1, (reshape, "Reshape"), type="Reshape", after=[f"to_nchw_{number}"]),
                layer(softmax, 2, (softmax, "Softmax"), type="Softmax", after=[reshape]),
            )

        assert grouped(version(10), version(20)) == [
            ["0:Reshape_10", "1:Reshape_20"],
            ["0:Softmax_11", "1:Softmax_21"],
            ["0:c1", "1:c1"],
            ["0:to_nchw_10", "1:to_nchw_20"],
        ]

    def test_two_alike_behind_one_layer_are_not_guessed(self) -> None:
        def version(one: str, two: str) -> list[Layer]:
            heads = [layer(name, 1, (name, "Relu"), type="Relu", after=["c1"]) for name in (one, two)]
            return network(layer("c1", 10, CONV), *heads)

        assert len(grouped(version("a", "b"), version("x", "y"))) == 5
