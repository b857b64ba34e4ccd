-- Statements are prepared once a connection and their text says which filters they hold, so one plan fits every call. Left to itself
-- PostgreSQL plans a filtered list anew each time: half of the time of the query. Set on the database, since a pooler in between keeps
-- nothing that a session sets.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET plan_cache_mode = force_generic_plan', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'lists are slower than they need be: the owner of the database should run ALTER DATABASE % SET plan_cache_mode = force_generic_plan', current_database();
END $$;
