"""Family 4: answers out of search results, pages and documents."""
