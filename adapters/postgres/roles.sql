-- Makes the roles and gives them to the login that migrates. Roles are of the whole server and may exist from another
-- database of ours. Since PostgreSQL 16 a login that is no superuser may not take a role only because it made it: it must
-- grant it to itself.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'shezhire_owner', 'shezhire_writer', 'shezhire_reader', 'shezhire_projector', 'shezhire_integrator'
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database made it meanwhile
            END;
        END IF;
        IF NOT pg_has_role(current_user, name, 'SET') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', name);
        END IF;
    END LOOP;
END $$;
