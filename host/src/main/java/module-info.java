import org.jspecify.annotations.NullMarked;

/** The composer: puts functions on sockets, cuts them into ADIs, composes virtual devices. */
@NullMarked
module dev.adit.host {
  requires static org.jspecify;
  requires transitive dev.adit.vfiouser;
  requires transitive dev.adit.pci;
  requires transitive dev.adit.interrupts;
  requires transitive dev.adit.platform;
  requires transitive dev.adit.devices;
  requires tools.jackson.core;
  requires org.snakeyaml.engine;
  requires io.prometheus.metrics.model;
  requires io.prometheus.writer.text;
  requires jdk.httpserver;

  exports dev.adit.host;
  exports dev.adit.host.control;
}
