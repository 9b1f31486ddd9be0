"""Stand-ins for what dbt offers inside Jinja, so that sqlfluff can render models without a project or a database."""
