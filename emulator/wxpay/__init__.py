"""WeChat Pay, API v3: orders, refunds, notices and bills."""
