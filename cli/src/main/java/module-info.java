import org.jspecify.annotations.NullMarked;

/** The command adit. */
@NullMarked
module dev.adit.cli {
  requires static org.jspecify;
  requires dev.adit.vfiouser;
  requires dev.adit.pci;
  requires dev.adit.interrupts;
  requires dev.adit.platform;
  requires dev.adit.devices;
  requires dev.adit.host;
  requires dev.adit.machine;
  requires info.picocli;
  requires tools.jackson.core;

  opens dev.adit.cli to
      info.picocli;
  opens dev.adit.cli.boot to
      info.picocli;
  opens dev.adit.cli.control to
      info.picocli;
  opens dev.adit.cli.demo to
      info.picocli;
  opens dev.adit.cli.explain to
      info.picocli;
  opens dev.adit.cli.inspect to
      info.picocli;
  opens dev.adit.cli.matrix to
      info.picocli;
  opens dev.adit.cli.output to
      info.picocli;
  opens dev.adit.cli.serve to
      info.picocli;
}
