-- title: Imports
-- description: Files that were imported, the newest first. rows total = taken + unchanged + failed; open counts the
--   failed ones that still wait for repair.
-- parameters: kinds_of_import
-- columns: import_id, kind, file_name, state, rows_total, rows_taken, rows_unchanged, rows_failed, open, reason,
--   imported_by, imported_at
SELECT
    f.import_id, f.kind, f.file_name, f.state, f.rows_total, f.rows_taken, f.rows_unchanged, f.rows_failed,
    coalesce(r.open, 0) AS open, f.reason, f.imported_by, f.imported_at
FROM import_file f
LEFT JOIN (
    SELECT import_id, count(*) AS open FROM import_row WHERE state = 'needs_review' GROUP BY import_id
) r ON r.import_id = f.import_id
WHERE is_chosen($kinds_of_import, f.kind)
ORDER BY f.imported_at DESC, f.import_id
