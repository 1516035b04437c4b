"""The routers of the API but for the probes': with all that they need, a second to load."""

from server.api import runs as run_list
from server.api import usage
from server.api.accounts import audit, auth, files, keys, own_data, shares, uploads, users, webhooks
from server.api.jobs import catalog, novels, vosk_dialect
from server.api.jobs.books import audio as book_audio
from server.api.jobs.books import books, people, script
from server.api.jobs.books import edits as book_edits
from server.api.jobs.guidelines import routes as guidelines
from server.api.jobs.idialogue import rest as idialogue
from server.api.jobs.idialogue import sockets as idialogue_sockets
from server.api.jobs.topics import routes as topics
from server.api.jobs.translator import models as translator_models
from server.api.jobs.translator import processing, tasks
from server.api.jobs.translator import uploads as translator_uploads
from server.api.langgraph import (
    assistant_graphs,
    assistants,
    cancel,
    crons,
    mcp,
    run_joins,
    runs,
    stateless_runs,
    states,
    store,
    threads,
    truncate,
)
from server.api.langgraph.a2a import card as a2a_card
from server.api.langgraph.a2a import routes as a2a
from server.api.langgraph.protocol import routes as protocol
from server.api.langgraph.protocol import session as protocol_session
from server.api.realtime import routes as realtime

THREAD_ROUTERS = (assistants, assistant_graphs, threads, states, store)
RUN_ROUTERS = (crons, stateless_runs, runs, run_joins, cancel)
PROTOCOL_ROUTERS = (protocol, protocol_session, mcp, a2a, a2a_card)
OWN_ROUTERS = (
    *(run_list, usage, auth, own_data, keys, users, shares, audit),
    *(files, uploads, webhooks, catalog, novels, realtime),
    *(idialogue, idialogue_sockets, vosk_dialect),
    *(tasks, processing, translator_uploads, translator_models),
    *(books, book_edits, people, script, book_audio),
)
ROUTERS = (
    *(module.router for module in (*THREAD_ROUTERS, *RUN_ROUTERS, *PROTOCOL_ROUTERS, *OWN_ROUTERS)),
    *(*guidelines.ROUTERS, *topics.ROUTERS, books.forms),
)
EMPTYING = (truncate.router,)  # of everything: for clients' test suites
