"""Realtime sessions: somebody is heard, and gets replies, over a connection that may break."""
