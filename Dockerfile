# One image for collector, agent and the simulated plant; what runs is the command in docker-compose.yml.
FROM python:3.11-slim

RUN useradd --create-home --uid 10001 floortruth \
    && mkdir -p /data/collector /data/agent /data/pki && chown -R floortruth /data
WORKDIR /opt/floortruth
COPY requirements/demo.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/demo.txt
COPY pyproject.toml setup.py README.md LICENSE ./
COPY floortruth floortruth
COPY edge_agent edge_agent
COPY collector collector
COPY connectors connectors
COPY evidence_engine evidence_engine
COPY simulators simulators
COPY configs configs
RUN pip install --no-cache-dir --no-deps --no-build-isolation .
USER floortruth
ENV PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 NUMBA_CACHE_DIR=/data/collector/numba
ENTRYPOINT ["floortruth"]
CMD ["--help"]
