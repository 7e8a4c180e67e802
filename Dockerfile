# Matterhouse in a container: what requirements-run.lock names, and nothing else that is downloaded. The base image has
# git and ssh. `docker build -t matterhouse .`; compose.yaml shows server, worker and dashboard.
ARG PYTHON=python:3.13-bookworm

FROM ${PYTHON} AS build
WORKDIR /build
COPY requirements-run.lock ./
RUN python -m venv /opt/matterhouse \
    && /opt/matterhouse/bin/python -m pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r requirements-run.lock
COPY pyproject.toml README.md ./
COPY matterhouse ./matterhouse
COPY dashboards ./dashboards
COPY flows ./flows
COPY sql ./sql
COPY transforms ./transforms
RUN /opt/matterhouse/bin/python -m pip install --no-cache-dir --no-deps --no-index --no-build-isolation . \
    && /opt/matterhouse/bin/python -m compileall -q /opt/matterhouse/lib

FROM ${PYTHON}
RUN useradd --uid 10001 --home-dir /var/lib/matterhouse --create-home --shell /usr/sbin/nologin matterhouse
COPY --from=build /opt/matterhouse /opt/matterhouse
ENV PATH=/opt/matterhouse/bin:$PATH \
    HOME=/var/lib/matterhouse \
    PREFECT_HOME=/var/lib/matterhouse/prefect \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /var/lib/matterhouse
VOLUME /var/lib/matterhouse
# Healthy as long as there is a snapshot that can be read; compose.yaml has those of server and dashboard.
HEALTHCHECK --interval=60s --timeout=30s --start-period=600s --retries=3 \
    CMD ["matterhouse", "path", "--config", "/etc/matterhouse/matterhouse.yml"]
ENTRYPOINT ["matterhouse"]
CMD ["run", "--config", "/etc/matterhouse/matterhouse.yml"]
