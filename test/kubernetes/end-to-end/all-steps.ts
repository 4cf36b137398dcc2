import type { Step } from './step.ts';
import { ROTATE_AUTHORITY } from './steps/certificates.ts';
import { DELETE_LEADER, DRAIN, FREEZE, PARTITION, POWER_LOSS, REPLACE_LOST } from './steps/failures.ts';
import { APPLY_CLUSTER, CREATE_DATABASE, HELM_TEST, INSTALL_OPERATOR, UNINSTALL } from './steps/install.ts';
import { DATABASES_COME_AND_GO, HIBERNATE, PAUSE } from './steps/lifecycle.ts';
import { QUORUM_LOSS } from './steps/quorum-loss.ts';
import { CHANGE_OF_MIND, SCALE_DOWN_BY_EDIT, SCALE_UP, SCALE_UP_BY_EDIT } from './steps/scale.ts';
import { GROW_VOLUMES } from './steps/storage.ts';
import { CHANGE_CONFIGURATION, CHANGE_IMAGE } from './steps/update.ts';

/** In this order: each begins with the cluster that the one before left at rest. */
export const ALL_STEPS: readonly Step[] = [
  INSTALL_OPERATOR,
  HELM_TEST,
  APPLY_CLUSTER,
  CREATE_DATABASE,
  SCALE_UP,
  SCALE_DOWN_BY_EDIT,
  CHANGE_CONFIGURATION,
  CHANGE_IMAGE,
  DELETE_LEADER,
  DRAIN,
  POWER_LOSS,
  PARTITION,
  FREEZE,
  REPLACE_LOST,
  GROW_VOLUMES,
  ROTATE_AUTHORITY,
  SCALE_UP_BY_EDIT,
  CHANGE_OF_MIND,
  PAUSE,
  HIBERNATE,
  QUORUM_LOSS,
  DATABASES_COME_AND_GO,
  UNINSTALL,
];
