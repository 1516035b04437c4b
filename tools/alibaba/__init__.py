"""Alibaba Cloud's services, by their HTTP interfaces: the SDK of one service has forty packages."""
