DROP POLICY tenant ON events;
DROP POLICY tenant ON jobs;
DROP POLICY tenant ON batch_items;
DROP POLICY tenant ON users;
DROP POLICY tenant ON analyses;
DROP POLICY tenant ON batches;
DROP POLICY tenant ON organisations;
ALTER TABLE events DISABLE ROW LEVEL SECURITY;
ALTER TABLE jobs DISABLE ROW LEVEL SECURITY;
ALTER TABLE batch_items DISABLE ROW LEVEL SECURITY;
ALTER TABLE users DISABLE ROW LEVEL SECURITY;
ALTER TABLE analyses DISABLE ROW LEVEL SECURITY;
ALTER TABLE batches DISABLE ROW LEVEL SECURITY;
ALTER TABLE organisations DISABLE ROW LEVEL SECURITY;
REVOKE ALL ON organisations, batches, batch_items, jobs, analyses, events FROM arbitragevault_tenant;
REVOKE ALL (id, email, display_name, created_at) ON users FROM arbitragevault_tenant;
REVOKE ALL (name) ON organisations FROM arbitragevault_tenant;
REVOKE ALL ON SCHEMA public FROM arbitragevault_tenant;
-- The role itself stays: other databases of the cluster may use it.

DROP TABLE invitations;
DROP TABLE api_keys;

ALTER TABLE users
    ADD COLUMN organisation_id UUID REFERENCES organisations (id) ON DELETE CASCADE,
    ADD COLUMN role TEXT CHECK (role IN ('OWNER', 'ADMIN', 'ANALYST', 'VIEWER'));
-- A user had one organisation: the first that took him in. One without any cannot be kept.
UPDATE users SET organisation_id = m.organisation_id, role = m.role
FROM (SELECT DISTINCT ON (user_id) * FROM memberships ORDER BY user_id, created_at, organisation_id) m
WHERE m.user_id = users.id;
DELETE FROM users WHERE organisation_id IS NULL;
ALTER TABLE users ALTER COLUMN organisation_id SET NOT NULL, ALTER COLUMN role SET NOT NULL;
CREATE INDEX users_organisation ON users (organisation_id);

DROP TABLE memberships;
DROP FUNCTION current_organisation;
