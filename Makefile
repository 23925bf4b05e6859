# The same commands for people and for CI.  Everything is installed into .venv.
PYTHON ?= python3
PORT ?= 8000
PYTEST_ARGS ?=

BIN := .venv/bin
READY := .venv/.ready
CODE := $(wildcard src api tests bench web/build.py)
STATIC := api/policygraph_api/static/manifest.json
WEB := $(wildcard web/*.json web/*.mjs web/*.py) $(shell find web/src -type f)

.PHONY: help setup run test check bench screenshots build clean docs vocab lock
.DELETE_ON_ERROR:

help:
	@echo "make run    dựng đồ thị và mở dịch vụ ở cổng $(PORT) / build the graph and serve it on port $(PORT)"
	@echo "make setup  cài môi trường .venv / install the environment .venv"
	@echo "make test   chạy kiểm thử / run the tests"
	@echo "make check  kiểm tra mã, bản thể luận, đồ thị / check code, ontology and graph"
	@echo "make build  ghi lại data/ttl và kho / rewrite data/ttl and the store"
	@echo "make bench  đo tốc độ / measure the speed"
	@echo "make screenshots  chụp các trang chính vào docs/ / pictures of the main pages into docs/"
	@echo "make docs   sinh trang tài liệu bản thể luận vào site/ / ontology pages into site/"
	@echo "make vocab  sinh lại mô-đun từ vựng / regenerate the vocabulary module"
	@echo "make lock   ghim lại phiên bản phụ thuộc / pin the dependencies again"
	@echo "make clean  xóa mọi thứ sinh ra / remove what was generated"

setup: $(READY) $(STATIC)

$(BIN)/python:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "Không tìm thấy '$(PYTHON)'; cần Python 3.11 trở lên (hoặc: make PYTHON=/đường/dẫn/python3.11)." >&2; \
	  echo "'$(PYTHON)' not found; Python 3.11 or newer is needed (or: make PYTHON=/path/to/python3.11)." >&2; \
	  exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "'$(PYTHON)' là $$("$(PYTHON)" --version 2>&1); cần Python 3.11 trở lên (hoặc: make PYTHON=/đường/dẫn/python3.11)." >&2; \
	  echo "'$(PYTHON)' is $$("$(PYTHON)" --version 2>&1); 3.11 or newer is needed (or: make PYTHON=/path/to/python3.11)." >&2; \
	  exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python này thiếu venv/ensurepip; trên Debian/Ubuntu: apt install python3-venv" >&2; \
	  echo "This Python lacks venv/ensurepip; on Debian/Ubuntu: apt install python3-venv" >&2; \
	  exit 1; }
	"$(PYTHON)" -m venv .venv

# The lock holds the build backend too, so that installing this checkout fetches nothing unpinned.
$(READY): requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The explorer's scripts and styles, built with the node of the environment.
$(STATIC): $(WEB) $(READY)
	$(BIN)/python web/build.py

run: setup
	$(BIN)/policygraph build
	$(BIN)/policygraph serve --port $(PORT)

test: setup
	$(BIN)/pytest $(PYTEST_ARGS)

check: setup
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/python web/build.py --check
	$(BIN)/python -m policygraph.vocabgen --check
	$(BIN)/policygraph build --check
	$(BIN)/policygraph check

build: setup
	$(BIN)/policygraph build

bench: setup
	$(BIN)/python bench/run.py

screenshots: setup
	$(BIN)/python bench/screenshots.py

docs: setup
	mkdir -p site
	$(BIN)/pylode ontology/policygraph.ttl -o site/ontology.html

vocab: setup
	$(BIN)/python -m policygraph.vocabgen

lock: $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv store site dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	rm -rf api/policygraph_api/static web/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
