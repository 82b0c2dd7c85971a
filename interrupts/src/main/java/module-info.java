import org.jspecify.annotations.NullMarked;

/** The interrupt core: message formats, stores, domains, remapping units, isolation levels. */
@NullMarked
module dev.adit.interrupts {
  requires static org.jspecify;

  exports dev.adit.interrupts;
  exports dev.adit.interrupts.domain;
  exports dev.adit.interrupts.post;
  exports dev.adit.interrupts.remap;
  exports dev.adit.interrupts.spec;
  exports dev.adit.interrupts.store;
}
