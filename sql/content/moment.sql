-- A date and time of YAML, TOML or JSON as a moment; one without a zone is UTC. NULL where it is none.
CREATE OR REPLACE TEMP MACRO content_moment(written) AS TRY_CAST(
    CASE
        WHEN contains(written, ':') THEN
            regexp_replace(
                regexp_replace(upper(written), '[ \t]+(Z|[-+][0-9:]+)$', '\1'),
                '([-+])(\d)(:\d\d)?$', '\10\2\3'
            )
        ELSE written
    END
    AS TIMESTAMP WITH TIME ZONE
);
