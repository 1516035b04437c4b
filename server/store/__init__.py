"""LangGraph's store in the service's database."""

from server.store.embedding import load_embeddings
from server.store.sql_store import SqlStore

__all__ = ["SqlStore", "load_embeddings"]
