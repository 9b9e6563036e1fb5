"""Parts that pages are put together from. Each draws one thing and knows where its rows come from."""
