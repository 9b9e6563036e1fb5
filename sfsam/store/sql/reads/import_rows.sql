-- title: Rows that wait for repair
-- description: Rows of imported files that were not taken, with the reason. cells is JSON by the names of the columns,
--   as they were last tried. replaceable: the row is sound, but a person entered something else.
-- parameters: kinds_of_import
-- columns: row_id, kind, file_name, number, reason, replaceable, cells, imported_at
SELECT
    r.row_id, r.kind, f.file_name, r.number, r.reason, r.replaceable, coalesce(r.repaired, r.cells) AS cells,
    f.imported_at
FROM import_row r
LEFT JOIN import_file f ON f.import_id = r.import_id
WHERE r.state = 'needs_review' AND is_chosen($kinds_of_import, r.kind)
ORDER BY f.imported_at DESC, r.number, r.row_id
