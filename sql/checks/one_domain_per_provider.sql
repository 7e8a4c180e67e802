-- severity: warn
-- empty without: providers
-- A provider's name goes with one domain, and a domain with one name.
SELECT 'name' AS shared, name AS value, list_sort(list(coalesce(domain, ''))) AS others
FROM main.providers
WHERE name IS NOT NULL
GROUP BY name
HAVING count(*) > 1
UNION ALL
SELECT 'domain', domain, list_sort(list(coalesce(name, '')))
FROM main.providers
WHERE domain IS NOT NULL
GROUP BY domain
HAVING count(*) > 1
