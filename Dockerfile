FROM python:3.13-slim AS builder
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src

# The dependencies change seldom: a layer of their own.
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/neo-budget-bot \
    && /opt/neo-budget-bot/bin/pip install --require-hashes -r requirements.lock \
    && pip install --require-hashes -r requirements-build.lock

COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY rules rules
RUN python -m hatchling build -t wheel -d /wheels \
    && /opt/neo-budget-bot/bin/pip install --no-deps --no-index /wheels/*.whl


FROM python:3.13-slim
ENV PATH=/opt/neo-budget-bot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1

# The default store path, data/bot.db, lands on the volume; nothing else is written.
WORKDIR /app
RUN groupadd --gid 10001 bot \
    && useradd --uid 10001 --gid bot --no-create-home --home-dir /data --shell /usr/sbin/nologin bot \
    && install -d -o bot -g bot /data \
    && ln -s /data /app/data
COPY --from=builder /opt/neo-budget-bot /opt/neo-budget-bot

USER 10001:10001
VOLUME /data
EXPOSE 8080

# Without proxies: the bot is asked, not what stands before the internet.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib import request; request.build_opener(request.ProxyHandler({})).open('http://127.0.0.1:8080/healthz', timeout=4)"]

ENTRYPOINT ["neo-budget-bot"]
CMD ["run", "--config", "/config/config.yaml"]
