from typing import Any

import cv2
import numpy as np
import pytest

from tests.unit.engine.tasks.pictures_and_scores import checked, class_map, facts, ports, reading, stretched, truth
from tests.unit.engine.tasks.test_restored import picture, skimage_metrics, spoiled
from workbench.engine import images
from workbench.engine.configuration import Preprocessing
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import images_out
from workbench.engine.tasks.task import Answer, Geometry

OWN = picture(0, 12, 16)
WHOLE = stretched(16, 12, 16, 12)


def decoded(values: Any, family: str = "style_transfer", geometry: Geometry = WHOLE, **options: Any) -> Any:
    decode = images_out.decoder(reading(family, **options), ports(out=values.shape), class_map([]))
    return decode({"out": values}, geometry).picture


class TestDecoder:
    @pytest.mark.parametrize(
        ("range_", "values"),
        [
            ("0..255", OWN.astype(np.float32)),
            ("0..1", OWN.astype(np.float32) / 255),
            ("-1..1", OWN.astype(np.float32) / 127.5 - 1),
        ],
    )
    def test_ranges(self, range_: str, values: Any) -> None:
        assert (decoded(values[None], range=range_) == OWN).all()

    def test_channels_first(self) -> None:
        assert (decoded(np.moveaxis(OWN, 2, 0)[None].astype(np.float32)) == OWN).all()

    def test_bytes_stay(self) -> None:
        assert (decoded(OWN[None]) == OWN).all()

    def test_values_beyond_are_cut(self) -> None:
        values = np.array([-40.0, 0.4, 0.6, 254.6, 300, np.nan], np.float32).reshape(1, 1, 1, 6)
        found = decoded(values, geometry=stretched(6, 1, 6, 1))
        assert found[0, :, 0].tolist() == [0, 0, 1, 255, 255, 0]

    def test_colour_is_as_the_input_or_as_told(self) -> None:
        mirrored = OWN[None, :, :, ::-1]
        assert (decoded(mirrored, color="BGR") == OWN).all()
        assert (decoded(mirrored, preprocessing={"color": "BGR"}) == OWN).all()
        assert (decoded(OWN[None], preprocessing={"color": "BGR"}, color="RGB") == OWN).all()

    @pytest.mark.parametrize("shape", [(1, 1, 12, 16), (1, 12, 16, 1), (1, 12, 16)])
    def test_one_channel_is_grey(self, shape: tuple[int, ...]) -> None:
        found = decoded(OWN[:, :, 1].reshape(shape).astype(np.float32), preprocessing={"color": "BGR"})
        assert (found == OWN[:, :, 1:2]).all()

    def test_a_letterbox_loses_its_padding(self) -> None:
        padded = np.full((1, 16, 16, 3), 77, np.uint8)
        padded[0, 2:14] = OWN
        geometry = Geometry(32, 24, 16, 16, 0.5, 0.5, 0.0, 2.0)
        assert (decoded(padded, geometry=geometry) == OWN).all()

    def test_an_enlarged_letterbox_loses_its_padding(self) -> None:
        """The output is twice as large as the input."""
        padded = np.full((1, 32, 32, 3), 77, np.uint8)
        large = picture(1, 24, 32)
        padded[0, 4:28] = large
        geometry = Geometry(16, 12, 16, 16, 1.0, 1.0, 0.0, 2.0)
        assert (decoded(padded, "super_resolution", geometry) == large).all()

    @pytest.mark.parametrize("shape", [(1, 7, 12, 16), (1, 1000), (1, 12, 16, 5)])
    def test_refuses_what_is_no_picture(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(EngineError) as caught:
            decoded(np.zeros(shape, np.float32))
        assert caught.value.code == "decoding_mismatch"


class TestPasted:
    def test_the_picture_stays_outside_of_the_hole(self) -> None:
        answer = Answer(picture=np.full_like(OWN, 200), geometry=WHOLE)
        hole = np.zeros((12, 16), bool)
        hole[3:5, 6:9] = True
        found = images_out.pasted(answer, OWN, hole)
        assert found.picture is not None
        assert (found.picture[hole] == 200).all()
        assert (found.picture[~hole] == OWN[~hole]).all()

    def test_padding_is_cut_here_too(self) -> None:
        geometry = Geometry(16, 12, 16, 16, 1.0, 1.0, 0.0, 2.0)
        shown = np.full((16, 16, 3), 114, np.uint8)
        shown[2:14] = OWN
        hole = np.zeros((16, 16), bool)
        hole[2, 0] = True
        found = images_out.pasted(Answer(picture=np.zeros_like(OWN), geometry=geometry), shown, hole).picture
        assert found is not None
        assert (found[0, 0] == 0).all()
        assert (found.reshape(-1, 3)[1:] == OWN.reshape(-1, 3)[1:]).all()

    def test_an_output_of_another_size(self) -> None:
        hole = np.zeros((12, 16), bool)
        hole[:6] = True
        small = Answer(picture=np.zeros((6, 8, 3), np.uint8), geometry=WHOLE)
        found = images_out.pasted(small, np.full_like(OWN, 90), hole).picture
        assert found is not None
        assert (found[:3] == 0).all()
        assert (found[3:] == 90).all()


def judged(family: str, pairs: Any, *, geometry: Geometry | None = None, **options: Any) -> tuple[Any, Any]:
    judge = images_out.judge(reading(family, **options), facts())
    rows = [
        judge.add(truth(number, picture=reference), Answer(picture=own, geometry=geometry))
        for number, (reference, own) in enumerate(pairs)
    ]
    return checked(judge.finish(), rows), rows


PAIRS = [(picture(seed), spoiled(picture(seed), seed, 10 * seed + 5)) for seed in range(5)]


def of_skimage(reference: Any, own: Any) -> tuple[float, float]:
    return (
        float(skimage_metrics.peak_signal_noise_ratio(reference, own, data_range=255)),
        float(skimage_metrics.structural_similarity(
            reference, own, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
            data_range=255,
        )),
    )  # fmt: skip


class TestJudge:
    def test_means_are_those_of_scikit_image(self) -> None:
        summary, rows = judged("inpainting", PAIRS)
        wanted = np.array([of_skimage(*pair) for pair in PAIRS])
        assert [row["psnr"] for row in rows] == pytest.approx(wanted[:, 0], rel=1e-9)
        assert [row["ssim"] for row in rows] == pytest.approx(wanted[:, 1], abs=5e-6)
        assert summary.metrics["psnr"]["value"] == pytest.approx(wanted[:, 0].mean(), rel=1e-9)
        assert summary.metrics["ssim"]["value"] == pytest.approx(wanted[:, 1].mean(), abs=5e-6)
        assert (summary.metrics["psnr"]["unit"], summary.primary) == ("dB", "psnr")
        for entry in summary.metrics.values():
            assert entry["ci95"][0] < entry["value"] < entry["ci95"][1]

    def test_super_resolution_leaves_out_the_scale_at_the_edges(self) -> None:
        _, rows = judged("super_resolution", PAIRS, scale=3)
        wanted = [of_skimage(reference[3:-3, 3:-3], own[3:-3, 3:-3]) for reference, own in PAIRS]
        assert [row["psnr"] for row in rows] == pytest.approx([one[0] for one in wanted], rel=1e-9)
        assert [row["ssim"] for row in rows] == pytest.approx([one[1] for one in wanted], abs=5e-6)
        _, rows = judged("super_resolution", PAIRS, scale=3, metrics={"border": 0})
        assert rows[0]["psnr"] == pytest.approx(of_skimage(*PAIRS[0])[0], rel=1e-9)

    def test_luminance(self) -> None:
        from skimage import color

        for options in (
            {"metrics": {"luminance": True, "border": 0}},
            {"luminance_only": True, "metrics": {"border": 0}},
        ):
            _, rows = judged("super_resolution", PAIRS, **options)
            wanted = [
                skimage_metrics.peak_signal_noise_ratio(
                    color.rgb2ycbcr(reference)[:, :, 0], color.rgb2ycbcr(own)[:, :, 0], data_range=255
                )
                for reference, own in PAIRS
            ]
            assert [row["psnr"] for row in rows] == pytest.approx(wanted, rel=1e-6)

    def test_rows_say_right_and_wrong(self) -> None:
        black = np.zeros_like(OWN)
        summary, rows = judged("inpainting", [(OWN, OWN), (OWN, black)])
        assert (rows[0]["psnr"], rows[0]["error"]) == (100, False)
        assert rows[0]["loss"] == pytest.approx(0, abs=1e-6)
        assert (rows[1]["error"], rows[1]["loss"] > 0.5) == (True, True)
        assert judged("style_transfer", [(OWN, black)])[1][0]["error"] is False
        judge = images_out.judge(reading("inpainting"), facts())
        assert set(rows[0]) == {"sample", "name", *(column.name for column in judge.columns)}
        assert summary.tables["confusion"] is None

    def test_an_answer_of_another_size_is_resized_and_noted(self) -> None:
        reference = picture(3, 40, 40)
        own = cv2.resize(reference, (20, 20), interpolation=cv2.INTER_AREA)
        summary, rows = judged("super_resolution", [(reference, own)], metrics={"border": 0})
        wanted = of_skimage(reference, cv2.resize(own, (40, 40), interpolation=cv2.INTER_CUBIC))
        assert rows[0]["psnr"] == pytest.approx(wanted[0])
        assert any("resized" in note for note in summary.notes)

    def test_pictures_without_reference_are_noted(self) -> None:
        summary, rows = judged("super_resolution", [(None, OWN)])
        assert (rows[0]["psnr"], rows[0]["error"], summary.metrics) == (None, False, {})
        assert len(summary.notes) == 1

    def test_small_pictures_have_no_ssim(self) -> None:
        tiny = picture(0, 8, 8)
        summary, rows = judged("inpainting", [(tiny, spoiled(tiny))])
        assert rows[0]["ssim"] is None
        assert rows[0]["loss"] == pytest.approx(10 ** (-rows[0]["psnr"] / 10))
        assert set(summary.metrics) == {"psnr"}


class TestSideBySide:
    """A model that gives back its input is perfect, however the picture came into the input."""

    @pytest.mark.parametrize("how", ["stretch", "letterbox", "fit", "crop"])
    @pytest.mark.parametrize("factor", [1, 2])
    def test_of_a_model_that_does_nothing(self, how: str, factor: int) -> None:
        own = picture(5, 90, 130)
        fraction = 0.8 if how == "crop" else 1.0
        shown, geometry = images.resize(own, 64, 48, Preprocessing(resize=how, crop_fraction=fraction))
        output = shown.repeat(factor, axis=0).repeat(factor, axis=1)
        answer = images_out.decoder(reading("style_transfer"), ports(out=(1, 3, -1, -1)), class_map([]))(
            {"out": np.moveaxis(output, 2, 0)[None]}, geometry
        )
        judge = images_out.judge(reading("style_transfer"), facts())
        row = judge.add(truth(0, picture=own), answer)
        # Twice as large an output is compared at its own size, whose reference is sharper than doubled pixels.
        assert row["psnr"] == 100 if factor == 1 else row["psnr"] > 22

    def test_a_cropped_super_resolution_is_compared_with_its_part(self) -> None:
        target = picture(6, 80, 160)
        # The low resolution picture is 80 × 40, the model sees its middle 40 × 40, and restores it perfectly.
        geometry = Geometry(80, 40, 40, 40, 1.0, 1.0, -20.0, 0.0)
        _, rows = judged("super_resolution", [(target, target[:, 40:120])], geometry=geometry)
        assert rows[0]["psnr"] == 100

    def test_what_a_parent_made_of_the_same_crop_is_compared_as_it_is(self) -> None:
        geometry = Geometry(80, 40, 40, 40, 1.0, 1.0, -20.0, 0.0)
        made = picture(7, 40, 40)
        for family in ("style_transfer", "super_resolution"):
            judge = images_out.judge(reading(family), facts())
            row = judge.add(truth(0, 80, 40, picture=made), Answer(picture=made.copy(), geometry=geometry))
            assert row["psnr"] == 100
