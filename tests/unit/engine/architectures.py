"""Well-known networks written down layer by layer from the papers, to count their work by hand.

Nothing here knows OpenVINO or ONNX: a network is a list of convolutions and fully connected layers, each with its
closed form (multiply-adds = outputs × weights of one output). Spatial sizes are those of the files of the `onnx`
package, whose poolings differ from some papers' by a pixel.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Count:
    """Multiply-adds of one picture, and parameters as a compiler keeps them: a normalisation behind a convolution is a
    bias, one that stands alone is a scale and a shift for each channel."""

    macs: int = 0
    parameters: int = 0

    def conv(self, given: int, made: int, kernel: int, size: int, groups: int = 1, bias: bool = True) -> int:
        """`kernel` × `kernel` over `given` channels to `made` × `size` × `size`; returns `made`."""
        weights = made * (given // groups) * kernel * kernel
        self.macs += weights * size * size
        self.parameters += weights + (made if bias else 0)
        return made

    def dense(self, given: int, made: int) -> None:
        self.macs += given * made
        self.parameters += given * made + made

    def norm(self, channels: int) -> None:
        """A normalisation that no convolution stands before."""
        self.parameters += 2 * channels


def alexnet() -> Count:
    """Krizhevsky 2012 as in Caffe: convolutions 2, 4 and 5 in two groups; 224×224 without padding gives 54, 26, 12."""
    net = Count()
    net.conv(3, 96, 11, 54)
    net.conv(96, 256, 5, 26, groups=2)
    net.conv(256, 384, 3, 12)
    net.conv(384, 384, 3, 12, groups=2)
    net.conv(384, 256, 3, 12, groups=2)
    net.dense(256 * 6 * 6, 4096)
    net.dense(4096, 4096)
    net.dense(4096, 1000)
    return net


def zfnet512() -> Count:
    """Zeiler & Fergus 2013, with 512 channels from the third convolution on, and 1024 in the second dense layer."""
    net = Count()
    net.conv(3, 96, 7, 109)
    net.conv(96, 256, 5, 25)
    net.conv(256, 512, 3, 12)
    net.conv(512, 512, 3, 12)
    net.conv(512, 512, 3, 12)
    net.dense(512 * 6 * 6, 4096)
    net.dense(4096, 1024)
    net.dense(1024, 1000)
    return net


def vgg19() -> Count:
    """Simonyan & Zisserman 2014, configuration E."""
    net = Count()
    given = 3
    for size, channels, layers in ((224, 64, 2), (112, 128, 2), (56, 256, 4), (28, 512, 4), (14, 512, 4)):
        for _ in range(layers):
            given = net.conv(given, channels, 3, size)
    net.dense(512 * 7 * 7, 4096)
    net.dense(4096, 4096)
    net.dense(4096, 1000)
    return net


def squeezenet() -> Count:
    """Iandola 2016, version 1.1: 64 first filters of 3×3, pooling after them and after the second and fourth pair."""
    net = Count()
    given = net.conv(3, 64, 3, 111)
    for squeeze, expand, size in (
        *((16, 64, 55), (16, 64, 55), (32, 128, 27), (32, 128, 27)),
        *((48, 192, 13), (48, 192, 13), (64, 256, 13), (64, 256, 13)),
    ):
        net.conv(given, squeeze, 1, size)
        given = net.conv(squeeze, expand, 1, size) + net.conv(squeeze, expand, 3, size)
    net.conv(given, 1000, 1, 13)
    return net


def googlenet() -> Count:
    """Szegedy 2014, table 1: 1×1; 3×3 behind its reduction; 5×5 behind its; 1×1 behind the pooling."""
    net = Count()
    net.conv(3, 64, 7, 112)
    net.conv(64, 64, 1, 55)
    given = net.conv(64, 192, 3, 55)
    for size, modules in (
        (27, ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64))),
        (
            13,
            (
                (192, 96, 208, 16, 48, 64),
                (160, 112, 224, 24, 64, 64),
                (128, 128, 256, 24, 64, 64),
                (112, 144, 288, 32, 64, 64),
                (256, 160, 320, 32, 128, 128),
            ),
        ),
        (6, ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128))),
    ):
        for one, reduce3, three, reduce5, five, pooled in modules:
            made = net.conv(given, one, 1, size)
            made += net.conv(net.conv(given, reduce3, 1, size), three, 3, size)
            made += net.conv(net.conv(given, reduce5, 1, size), five, 5, size)
            given = made + net.conv(given, pooled, 1, size)
    net.dense(given, 1000)
    return net


def resnet50() -> Count:
    """He 2015; the stride is at the 3×3 convolution, as in torchvision ("v1.5")."""
    net = Count()
    given = net.conv(3, 64, 7, 112)
    before = 56
    for size, width, blocks in ((56, 64, 3), (28, 128, 4), (14, 256, 6), (7, 512, 3)):
        for block in range(blocks):
            net.conv(given, width, 1, before)
            net.conv(width, width, 3, size)
            net.conv(width, 4 * width, 1, size)
            if block == 0:
                net.conv(given, 4 * width, 1, size)
            given, before = 4 * width, size
    net.dense(given, 1000)
    return net


def densenet121() -> Count:
    """Huang 2016: growth 32, bottlenecks of 128; each layer normalises first, each transition halves the channels."""
    net = Count()
    given = net.conv(3, 64, 7, 112)
    for size, layers in ((56, 6), (28, 12), (14, 24), (7, 16)):
        for _ in range(layers):
            net.norm(given)
            net.conv(given, 128, 1, size)
            net.conv(128, 32, 3, size, bias=False)
            given += 32
        net.norm(given)
        if size > 7:
            given = net.conv(given, given // 2, 1, size, bias=False)
    net.conv(given, 1000, 1, 1)
    return net


def shufflenet() -> Count:
    """Zhang 2017, four groups, half width (136, 272, 544); Caffe2's units keep their width where the paper's have a
    quarter, and those with stride add what the pooled input does not bring."""
    net = Count()
    given = net.conv(3, 24, 3, 112)
    before = 56
    for size, width, units in ((28, 136, 4), (14, 272, 8), (7, 544, 4)):
        for unit in range(units):
            made = width - given if unit == 0 else width
            net.conv(given, made, 1, before, groups=4)
            net.conv(made, made, 3, size, groups=made)
            net.conv(made, made, 1, size, groups=4)
            given, before = width, size
    net.dense(given, 1000)
    return net


BY_HAND: dict[str, Callable[[], Count]] = {
    "bvlc_alexnet": alexnet,
    "densenet121": densenet121,
    "inception_v1": googlenet,
    "resnet50": resnet50,
    "shufflenet": shufflenet,
    "squeezenet": squeezenet,
    "vgg19": vgg19,
    "zfnet512": zfnet512,
}
