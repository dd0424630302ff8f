import pathlib
import shutil
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).parents[1] / "scoring"


def test_a_package_that_is_not_generated_says_what_to_run(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "scoring", ignore=shutil.ignore_patterns("v1", "__pycache__"))
    run = subprocess.run([sys.executable, "-c", "import scoring"], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.endswith("ModuleNotFoundError: scoring.v1 is not generated yet: run clients/python/generate of the checkout\n")
