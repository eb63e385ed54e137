"""When a show's next edition opens."""
