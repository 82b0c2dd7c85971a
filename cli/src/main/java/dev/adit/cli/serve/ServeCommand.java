package dev.adit.cli.serve;

import dev.adit.cli.output.EventLines;
import dev.adit.cli.output.ExitCode;
import dev.adit.devices.Dma;
import dev.adit.devices.PciFunction;
import dev.adit.devices.bench.BenchFunction;
import dev.adit.devices.dsa.DsaDevice;
import dev.adit.host.FunctionServer;
import dev.adit.vfiouser.EventLoops;
import dev.adit.vfiouser.FilePolicy;
import dev.adit.vfiouser.ServerOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code adit serve}: a host with virtual devices, or one function on one socket. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Serve virtual devices, cut from the functions that CONFIG describes, until told to stop",
      "(Ctrl-C or SIGTERM); 'adit vdev' makes and changes them. docs/operating.md tells all.",
      "Or serve one whole function on one socket, without CONFIG.",
      "Quiet by default; with -v one line on standard error for each event."
    },
    footer = {
      "",
      "Exit status: 0 done, 1 something could not be started, 2 wrong usage,",
      "130 interrupted, 143 told to stop.",
      "",
      "Examples:",
      "  adit serve /etc/adit/adit.yaml",
      "  adit serve --check adit.yaml      is the configuration right?",
      "  adit serve --function dsa --socket /tmp/dsa.sock",
      "  adit serve --function dsa --portals mmap --socket /tmp/dsa.sock -v",
      "  adit serve --emit qemu --socket /tmp/dsa.sock    what a VM needs to use it"
    })
public final class ServeCommand implements Callable<Integer> {
  /** What can be served. */
  enum Kind {
    dsa,
    bench
  }

  @Option(
      names = "--function",
      paramLabel = "KIND",
      defaultValue = "dsa",
      description = "What to serve: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Kind kind;

  @Parameters(
      paramLabel = "CONFIG",
      arity = "0..1",
      description = "The configuration of a host, YAML or JSON.")
  private @Nullable Path config;

  @Option(names = "--check", description = "Check CONFIG and start nothing.")
  private boolean check;

  @Option(names = "--socket", paramLabel = "PATH", description = "Where, without CONFIG.")
  private @Nullable Path socket;

  @Option(
      names = "--poll",
      description = "Never sleep while waiting for the client: least latency, one processor busy.")
  private boolean poll;

  @Option(
      names = "--trust-files",
      description = {
        "Map the client's memory even if the client could make the file shorter.",
        "Faster with files that are not sealed, but such a client can crash the server."
      })
  private boolean trustFiles;

  @Option(
      names = {"-v", "--verbose"},
      description = "Tell each event on standard error.")
  private boolean verbose;

  @Mixin private DsaOptions dsa;
  @Mixin private EmitOptions emit;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (config != null && socket == null) {
      return new ServeHost(config, verbose, spec.commandLine().getErr()).run(check);
    }
    if (socket == null || config != null || check) {
      throw new ParameterException(
          spec.commandLine(), "Give either CONFIG, or --socket for one function");
    }
    return serveFunction(socket);
  }

  private int serveFunction(Path where) throws InterruptedException {
    if (emit.wanted()) {
      PrintWriter out = spec.commandLine().getOut();
      emit.print(out, spec.commandLine().getErr(), where, dsa);
      return ExitCode.DONE;
    }
    ServerOptions options = ServerOptions.defaults();
    if (verbose) {
      options = options.withEvents(new EventLines(spec.commandLine().getErr(), where));
    }
    if (trustFiles) {
      options = options.withFiles(FilePolicy.TRUST);
    }
    EventLoops.Idle idle = poll ? EventLoops.Idle.SPIN : EventLoops.Idle.BLOCK;
    EventLoops loops = EventLoops.start(1, idle);
    FunctionServer<PciFunction> server = FunctionServer.serve(loops, where, options, this::make);
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "close"));
    new CountDownLatch(1).await();
    return ExitCode.DONE;
  }

  private PciFunction make(Dma dma) {
    return switch (kind) {
      case dsa -> new DsaDevice(dsa.profile(), dsa.policy(), dma, (to, data, rid, pasid) -> {}, 0);
      case bench -> new BenchFunction(dma);
    };
  }
}
