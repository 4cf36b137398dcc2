import {
  DOCUMENT_REFERENCES,
  DOCUMENT_VALUES,
  REFERENCES,
  VALUE_REFERENCES,
} from '../store/index-columns.ts';

/** Where references of one kind are kept: who was mapped with a target, and with which targets a document was mapped. */
export interface ReferenceColumns {
  readonly byTarget: number;
  readonly bySource: number;
}

export const TO_DOCUMENTS: ReferenceColumns = { byTarget: REFERENCES, bySource: DOCUMENT_REFERENCES };
export const TO_VALUES: ReferenceColumns = { byTarget: VALUE_REFERENCES, bySource: DOCUMENT_VALUES };
