import type { Rule } from "../rule.ts"
import { addingFieldWithVolatileDefault } from "./adding-field-with-volatile-default.ts"
import { addingForeignKeyConstraint } from "./adding-foreign-key-constraint.ts"
import { addingNotNullableField } from "./adding-not-nullable-field.ts"
import { addingSerialField } from "./adding-serial-field.ts"
import { addingStoredGeneratedField } from "./adding-stored-generated-field.ts"
import { attachingPartitionWithoutCheck } from "./attaching-partition-without-check.ts"
import { banConcurrentIndexCreationInTransaction } from "./ban-concurrent-index-creation-in-transaction.ts"
import { banDropCascade } from "./ban-drop-cascade.ts"
import { banDropColumn } from "./ban-drop-column.ts"
import { banDropNotNull } from "./ban-drop-not-null.ts"
import { banDropSchema } from "./ban-drop-schema.ts"
import { banDropTable } from "./ban-drop-table.ts"
import { banDropView } from "./ban-drop-view.ts"
import { banTruncate } from "./ban-truncate.ts"
import { changingColumnType } from "./changing-column-type.ts"
import { concurrentIndexIfNotExists } from "./concurrent-index-if-not-exists.ts"
import { constraintMissingNotValid } from "./constraint-missing-not-valid.ts"
import { constraintOnDomain } from "./constraint-on-domain.ts"
import { dataChange } from "./data-change.ts"
import { disallowedUniqueConstraint } from "./disallowed-unique-constraint.ts"
import { dynamicSql } from "./dynamic-sql.ts"
import { identifierTooLong } from "./identifier-too-long.ts"
import { preferBigintOverInt } from "./prefer-bigint-over-int.ts"
import { preferJsonb } from "./prefer-jsonb.ts"
import { refreshingWithoutConcurrently } from "./refreshing-without-concurrently.ts"
import { renamingColumn } from "./renaming-column.ts"
import { renamingEnumValue } from "./renaming-enum-value.ts"
import { renamingSchema } from "./renaming-schema.ts"
import { renamingTable } from "./renaming-table.ts"
import { requireConcurrentIndexCreation } from "./require-concurrent-index-creation.ts"
import { requireConcurrentIndexDeletion } from "./require-concurrent-index-deletion.ts"
import { requireConcurrentPartitionDetach } from "./require-concurrent-partition-detach.ts"
import { requireConcurrentReindex } from "./require-concurrent-reindex.ts"
import { rewritingTableStorage } from "./rewriting-table-storage.ts"
import { selectWithSideEffects } from "./select-with-side-effects.ts"
import { sessionSetting } from "./session-setting.ts"
import { setNotNullWithoutCheck } from "./set-not-null-without-check.ts"
import { transactionNesting } from "./transaction-nesting.ts"
import { vacuumFull } from "./vacuum-full.ts"
import { validatingInSameTransaction } from "./validating-in-same-transaction.ts"

/** Every rule, by name. A new rule is a file beside this one and a line here. */
export const rules: readonly Rule[] = [
  addingFieldWithVolatileDefault,
  addingForeignKeyConstraint,
  addingNotNullableField,
  addingSerialField,
  addingStoredGeneratedField,
  attachingPartitionWithoutCheck,
  banConcurrentIndexCreationInTransaction,
  banDropCascade,
  banDropColumn,
  banDropNotNull,
  banDropSchema,
  banDropTable,
  banDropView,
  banTruncate,
  changingColumnType,
  concurrentIndexIfNotExists,
  constraintMissingNotValid,
  constraintOnDomain,
  dataChange,
  disallowedUniqueConstraint,
  dynamicSql,
  identifierTooLong,
  preferBigintOverInt,
  preferJsonb,
  refreshingWithoutConcurrently,
  renamingColumn,
  renamingEnumValue,
  renamingSchema,
  renamingTable,
  requireConcurrentIndexCreation,
  requireConcurrentIndexDeletion,
  requireConcurrentPartitionDetach,
  requireConcurrentReindex,
  rewritingTableStorage,
  selectWithSideEffects,
  sessionSetting,
  setNotNullWithoutCheck,
  transactionNesting,
  vacuumFull,
  validatingInSameTransaction,
]
