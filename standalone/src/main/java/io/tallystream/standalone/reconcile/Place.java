package io.tallystream.standalone.reconcile;

import io.tallystream.schema.count.Dimension;
import io.tallystream.schema.count.Metric;
import io.tallystream.schema.count.Window;

/** Where members of a dimension are counted. A total has one member, the empty text. */
record Place(Metric metric, Dimension dimension, Window window) {}
