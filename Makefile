# Two commands matter: `make demo` and `make test`. Everything they need is made on the way.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO_OUT ?= out/demo
DEMO_FRAMES ?= 100

.PHONY: demo test test-unity format lint types imports unit bench stubs clean browser graphics shader-tools unity-packages toolkits

demo: $(STAMP) graphics  ## Record the demo scenario, verify it, and say where to look.
	rm -rf $(DEMO_OUT)
	$(BIN)/cityloop demo --out $(DEMO_OUT) --frames $(DEMO_FRAMES)

test: lint types imports unit  ## Everything that CI checks.

test-unity: $(STAMP) graphics shader-tools  ## What can be checked of unity_project without a Unity licence.
	$(BIN)/python tools/unity fetch
	$(BIN)/pytest tests/unity -n auto --dist worksteal -rs --ignore tests/unity/test_player_conformance.py
	$(BIN)/python tools/unity conform

format: $(STAMP)  ## Put the code into the project's format.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/buf lint protos

types: $(STAMP)
	$(BIN)/mypy

imports: $(STAMP)
	$(BIN)/lint-imports

unit: $(STAMP) graphics browser unity-packages toolkits
	$(BIN)/pytest -n auto --dist worksteal

bench: $(STAMP) graphics  ## Print frames/s alone and end to end, the cost of each stage and weather, ticks/s without drawing.
	$(BIN)/python tools/bench.py
	$(BIN)/python tools/bench_drawing.py
	$(BIN)/python tools/bench_traffic.py

stubs:  ## Regenerate the stubs of protos/, Python and C#.
	$(PYTHON) tools/generate_stubs.py

clean:
	rm -rf $(VENV) out dist

# The environment: made again when pyproject.toml changes.
$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13)))' || \
		{ echo "Cityloop needs Python 3.11 to 3.13; name one with 'make PYTHON=python3.12 $(MAKECMDGOALS)'."; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh tools/install_system.sh python3-venv
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# What checks Unity C#: where it cannot be had, those tests are skipped.
unity-packages: $(STAMP)
	@$(BIN)/python tools/unity fetch --if-possible

# The official tools of the formats that we export to, in environments of their own under out/: where
# they cannot be had, those tests are skipped.
toolkits: $(STAMP)
	@$(BIN)/python tools/toolkits.py --if-possible

# OpenGL without a screen: installed when we may, named when we may not.
graphics: $(STAMP)
	@$(BIN)/python -c 'import moderngl; moderngl.create_context(standalone=True, backend="egl").release()' \
		>/dev/null 2>&1 || sh tools/install_system.sh libegl1 libgl1

# What clicks through the report: without it those tests are skipped, and say so.
browser:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || \
		sh tools/install_system.sh chromium chromium-driver || true

# What compiles HLSL: without it the shaders of unity_project are not checked, and the tests say so.
shader-tools:
	@command -v glslangValidator >/dev/null && command -v spirv-cross >/dev/null || \
		sh tools/install_system.sh glslang-tools spirv-cross || true
