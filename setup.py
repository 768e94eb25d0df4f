"""The packages of the wheel: the folders of the checkout, and `configs/` as the examples inside `floortruth`."""

from setuptools import find_namespace_packages, setup

OURS = ["floortruth*", "edge_agent*", "collector*", "connectors*", "evidence_engine*", "simulators*"]
EXAMPLES = ["floortruth.examples", "floortruth.examples.demo", "floortruth.examples.compose"]

setup(
    packages=[
        *find_namespace_packages(include=OURS, exclude=["*.__pycache__*"]),
        "floortruth.examples",
        "floortruth.examples.demo",
    ],
    package_dir={"floortruth.examples": "configs"},
)
