"""What was withdrawn leaves: from the tables, from the files, and from the next release; and it stays out.

| module | holds |
|---|---|
| `register` | the list of withdrawals |
| `find` | the documents that a withdrawal covers |
| `copies` | their copies under other URLs |
| `plan` | what is to be done, on disk before anything is done |
| `rewrite`, `retry` | files of tables written anew, in one commit |
| `apply` | what is planned, in the tables |
| `carry_out`, `lock` | all of it, from the list to the certificate; one at a time |
| `erase` | older snapshots and every file that held the documents |
| `holders` | releases and token sets that hold them |
| `certificate`, `notices` | who is told what |
"""
