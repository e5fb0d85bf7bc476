# The image of a team server: the same for `workbench api`, `worker` and `migrate`.

FROM node:22-bookworm-slim AS page
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
# Written to /src/workbench/web/dist.
RUN npm run build

FROM python:3.11-slim-bookworm AS wheel
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements/build.txt requirements/
RUN pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY migrations/ migrations/
COPY workbench/ workbench/
COPY --from=page /src/workbench/web/dist/ workbench/web/dist/
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/workbench
COPY requirements/runtime.txt /tmp/
RUN /opt/workbench/bin/pip install --require-hashes -r /tmp/runtime.txt
COPY --from=wheel /wheels/ /tmp/wheels/
RUN /opt/workbench/bin/pip install --no-deps --no-index /tmp/wheels/*.whl \
    && /opt/workbench/bin/python -m compileall -q /opt/workbench/lib

# Tools that need an older OpenVINO (Accuracy Checker, the converter for Caffe and MXNet), in an environment of their own.
FROM packages AS toolchains
RUN apt-get update && apt-get install -y --no-install-recommends gcc g++ libgl1 libglib2.0-0 \
    && PATH=/opt/workbench/bin:$PATH python -m workbench.toolchains.prepare openvino-2023 /opt/toolchains

FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends libgl1 libglib2.0-0 libgomp1 \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 5665 workbench \
    && useradd --uid 5665 --gid workbench --no-create-home --home-dir /data --shell /usr/sbin/nologin workbench \
    && install -d -o workbench -g workbench -m 0750 /data /identity
COPY --from=packages /opt/workbench/ /opt/workbench/
COPY --from=toolchains /opt/toolchains/ /opt/toolchains/
ENV PATH=/opt/workbench/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    WORKBENCH_DATA_DIR=/data \
    WORKBENCH_TOOLCHAIN_PATH=/opt/toolchains \
    WORKBENCH_IDENTITY_DIR=/identity
USER 5665:5665
WORKDIR /data
VOLUME ["/data", "/identity"]
EXPOSE 5665
ENTRYPOINT ["workbench"]
CMD ["api", "--host", "0.0.0.0", "--port", "5665"]
