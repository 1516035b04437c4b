# syntax=docker/dockerfile:1
# What PAI-DLC runs to train topic models (PAI_DLC_IMAGE). Build from the repository's root, and push to a registry of the jobs' region:
#   docker build --file deploy/topics.Dockerfile --tag registry/scriptorium-topics .
# A job mounts its folder of the bucket at /mnt/job and runs: scriptorium topics-train /mnt/job
# Jobs that tune an embedding model need a machine with a GPU, and an image of their own:
#   docker build --file deploy/topics.Dockerfile --build-arg EXTRA=tuning \
#     --build-arg TORCH_INDEX=https://pypi.org/simple --tag registry/scriptorium-topics:gpu .
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /src
ARG EXTRA=neural
# PyTorch without CUDA: topic models are small, and a machine without a GPU costs a tenth.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN python -m venv /opt/scriptorium
COPY pyproject.toml constraints.txt README.md LICENSE CHANGELOG.md langgraph.json ./
COPY configs/ configs/
COPY prompts/ prompts/
COPY tools/ tools/
COPY graphs/ graphs/
COPY server/ server/
RUN /opt/scriptorium/bin/pip install --no-cache-dir --constraint constraints.txt \
      --extra-index-url "${TORCH_INDEX}" ".[${EXTRA}]" && \
    /opt/scriptorium/bin/pip uninstall --yes pip

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="Scriptorium, training of topic models" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/scriptorium /opt/scriptorium
ENV PATH=/opt/scriptorium/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONHASHSEED=0 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1
# No USER: PAI-DLC mounts the bucket for root, and whoever is somebody else cannot write results there.
WORKDIR /tmp
HEALTHCHECK NONE
ENTRYPOINT ["scriptorium"]
CMD ["topics-train", "/mnt/job"]
