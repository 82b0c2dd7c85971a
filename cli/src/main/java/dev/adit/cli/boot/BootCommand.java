package dev.adit.cli.boot;

import dev.adit.cli.explain.CaptureCommand;
import dev.adit.cli.output.ExitCode;
import dev.adit.cli.output.Output;
import dev.adit.cli.serve.DsaOptions;
import dev.adit.cli.serve.ServedDevices;
import dev.adit.cli.serve.ServedDsa;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.iaa.IaaArchitecture;
import dev.adit.host.VmArguments;
import dev.adit.host.VmArguments.Accelerator;
import dev.adit.platform.Ims;
import dev.adit.vfiouser.EventLoops;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;

/** {@code adit boot}: a stock guest that moves data through an emulated DSA. */
@Command(
    name = "boot",
    mixinStandardHelpOptions = true,
    description = {
      "Serve a DSA, boot unmodified Linux guests with it in QEMU, and report how they fared:",
      "driver, work queues, the kernel's own dmatest, interrupts.",
      "What the guest needs is prepared the first time ('adit guest setup')."
    },
    footer = {
      "",
      "Exit status: 0 all steps passed, 1 something failed, 2 wrong usage, 130 interrupted.",
      "",
      "Examples:",
      "  adit boot --viommu --smp 2",
      "  adit boot --kernel 6.12 --portals mmap --iterations 200",
      "  adit boot --reloads 10 --reboots 1",
      "  adit boot --function iaa --kernel 6.12",
      "  adit boot --ims trap --smp 4 --interrupts 100000",
      "  adit boot --guests 4 --revoke 5",
      "  adit boot --guests 2 --type 1swq --ims off",
      "  adit boot --iterations 1 --script capture.sh --out captured"
    })
public final class BootCommand implements Callable<Integer> {
  /** Who executes the guest. */
  enum Accel {
    auto,
    tcg,
    kvm
  }

  /** What the guest gets. */
  enum Function {
    dsa,
    iaa
  }

  @Option(
      names = "--function",
      paramLabel = "KIND",
      defaultValue = "dsa",
      description = {
        "What the guest gets: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
        "With iaa, iaa_crypto binds, the kernel tests its algorithm, and pages go through its",
        "compressor and back (--iterations)."
      })
  private Function function;

  @Option(names = "--viommu", description = "Give the guest a virtual IOMMU and turn it on.")
  private boolean viommu;

  @Option(
      names = "--smp",
      paramLabel = "N",
      defaultValue = "1",
      description = "Processors of the guest (default: ${DEFAULT-VALUE}).")
  private int processors;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      defaultValue = "512",
      description = "Memory of the guest (default: ${DEFAULT-VALUE}).")
  private int memory;

  @Option(
      names = "--accel",
      paramLabel = "WHO",
      defaultValue = "auto",
      description = {
        "Who executes the guest: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
        "auto takes KVM with --portals mmap on a processor that has MOVDIR64B."
      })
  private Accel accel;

  @Option(
      names = "--kernel",
      paramLabel = "SERIES",
      description = "Kernel series of the guest, such as 6.12 (default: the newest prepared).")
  private @Nullable String series;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Transfers of each dmatest thread (default: ${DEFAULT-VALUE}).")
  private int iterations;

  @Option(
      names = "--channels",
      paramLabel = "N",
      description = {
        "Work queues, each with an engine (default: 2); with --guests, of each guest",
        "(default: all that its device has)."
      })
  private @Nullable Integer channels;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "dmatest threads for each channel (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--reloads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Unload and load the driver so often afterwards (default: none).")
  private int reloads;

  @Option(
      names = "--reboots",
      paramLabel = "N",
      defaultValue = "0",
      description = "Reboot the guest so often, with all steps again (default: none).")
  private int reboots;

  @Option(
      names = "--script",
      paramLabel = "FILE",
      description = {
        "Run a shell script in the guest at the end, in an empty folder; repeatable.",
        "Its output and what it leaves in the folder come back as FILE.log and FILE.tar."
      })
  private List<Path> scripts = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Where files from the guest go (default: here).")
  private Path out;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = {
        "Give up after so long (default: 600; with --ims a second more for each 100 interrupts)."
      })
  private @Nullable Integer timeout;

  @Option(
      names = {"-v", "--verbose"},
      description = "Show the guest's console on standard error.")
  private boolean verbose;

  @Mixin private GroupOptions group;
  @Mixin private DsaOptions dsa;
  @Mixin private ImsOptions ims;
  @Mixin private Output output;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    checkNumbers();
    GuestSetup setup = GuestSetup.find();
    GuestFiles files = GuestFiles.standard();
    GuestFiles.Kernel kernel =
        setup.ready(files, Optional.ofNullable(series), reference().isPresent());
    GuestBoot boot =
        new GuestBoot(files, kernel, initialFiles(setup, kernel, "full"), reboots + 1, timeout());
    if (reference().isPresent() && ims.attack().isPresent()) {
      return attack(boot);
    }
    return group.guests().isPresent() ? bootGroup(boot, group.guests().get()) : bootOne(boot);
  }

  /** {@return how the reference driver gets on, if it is to run} */
  private Optional<ImsOptions.Way> reference() {
    return group.guests().isPresent() ? Optional.empty() : ims.way();
  }

  private int bootOne(GuestBoot boot) throws IOException, InterruptedException {
    ImsOptions.Way way = ims.way().orElse(ImsOptions.Way.off);
    try (GuestMachine guest = GuestMachine.make(verbose ? this::say : line -> {});
        EventLoops loops = EventLoops.start(1, EventLoops.Idle.BLOCK);
        ServedDsa server =
            new ServedDsa(loops, guest.folder().resolve("dsa.sock"), profile(), dsa.policy(), way);
        StopHook hook = new StopHook(List.of(guest))) {
      Optional<ImsReport> store = ims.way().map(each -> new ImsReport(each, server));
      VmArguments machine = machine(server.path(), boot.files());
      if (store.isPresent()) {
        kill(boot, machine, server, store.get());
      }
      GuestRun run = boot.run(guest, machine, new Watcher("boot: ", out, store));
      if (hook.fired()) {
        return ExitCode.INTERRUPTED;
      }
      BootReport report = new BootReport(machine, dsa.portals(), run, server.statistics(), store);
      report(report::print, report::write);
      return report.passed() ? ExitCode.DONE : ExitCode.FAILED;
    }
  }

  private void kill(GuestBoot boot, VmArguments machine, ServedDsa server, ImsReport report)
      throws IOException, InterruptedException {
    Random random = new Random(ims.seed());
    for (int i = 0; i < ims.kills(); i++) {
      try (GuestMachine guest = GuestMachine.make(verbose ? this::say : line -> {});
          StopHook _ = new StopHook(List.of(guest))) {
        new ImsKill(guest, random, text -> say("boot: " + text)).run(boot, machine, server, report);
      }
    }
  }

  private int timeout() {
    long scaled = reference().isPresent() ? ims.interrupts() / 100 : 0;
    return timeout != null ? timeout : (int) Math.min(600 + scaled, 1 << 30);
  }

  private int attack(GuestBoot boot) throws IOException, InterruptedException {
    try (GuestMachine one = GuestMachine.make(verbose ? this::say : line -> {});
        GuestMachine other = GuestMachine.make(verbose ? this::say : line -> {});
        StopHook hook = new StopHook(List.of(one, other))) {
      ImsAttack attack =
          new ImsAttack(ims.way().orElseThrow(), ims.attack().orElseThrow(), ims.sharedId());
      ImsAttackReport report =
          attack.run(
              new ImsAttack.Side(one, boot.with(parameters("victim")), watcher("victim")),
              new ImsAttack.Side(other, boot.with(parameters("attacker")), watcher("attacker")),
              dsa.profile(),
              socket -> machine(socket, boot.files()));
      if (hook.fired()) {
        return ExitCode.INTERRUPTED;
      }
      report(report::print, report::write);
      return report.problems().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }
  }

  private Watcher watcher(String name) {
    return new Watcher("boot: " + name + ": ", out.resolve(name), Optional.empty());
  }

  private Map<String, byte[]> parameters(String role) {
    return Map.of("adit/parameters", utf8(ims.parameters(role, reloads)));
  }

  private int bootGroup(GuestBoot boot, int count) throws IOException, InterruptedException {
    List<GuestMachine> guests = new CopyOnWriteArrayList<>();
    try (StopHook hook = new StopHook(guests)) {
      for (int i = 1; i <= count; i++) {
        String prefix = "guest" + i + ": ";
        guests.add(GuestMachine.make(verbose ? line -> say(prefix + line) : line -> {}));
      }
      GroupReport report = runGroup(boot, guests);
      if (hook.fired()) {
        return ExitCode.INTERRUPTED;
      }
      report(report::print, report::write);
      return report.passed() ? ExitCode.DONE : ExitCode.FAILED;
    } finally {
      guests.forEach(GuestMachine::close);
    }
  }

  private GroupReport runGroup(GuestBoot boot, List<GuestMachine> guests)
      throws IOException, InterruptedException {
    Path folder = guests.getFirst().folder();
    var function = group.function(dsa, ims.function().orElse(Ims.AUTO));
    String type = group.type().toString();
    try (ServedDevices served =
        ServedDevices.start(folder, function, guests.size(), type, dsa.portals())) {
      long work = (long) iterations * channels() * threads;
      GuestGroup running = new GuestGroup(served, guests, work, group.revocations());
      List<GuestRun> runs =
          running.run(
              boot,
              socket -> machine(socket, boot.files()),
              i -> {
                String name = "guest" + (i + 1);
                return new Watcher("boot: " + name + ": ", out.resolve(name), Optional.empty());
              });
      List<GroupReport.Member> members = new ArrayList<>();
      for (int i = 0; i < runs.size(); i++) {
        members.add(
            new GroupReport.Member(runs.get(i), served.device(i), running.revokedAtWork(i)));
      }
      VmArguments machine = machine(served.socket(0), boot.files());
      return new GroupReport(machine, dsa.portals(), members, served.function(), served.faults());
    }
  }

  /** Tells on standard error what a guest does, and keeps what it hands back. */
  private final class Watcher implements GuestRun.Watcher {
    private final String prefix;
    private final Path folder;
    private final Optional<ImsReport> store;

    Watcher(String prefix, Path folder, Optional<ImsReport> store) {
      this.prefix = prefix;
      this.folder = folder;
      this.store = store;
    }

    @Override
    public void progress(String text) {
      say(prefix + text);
    }

    @Override
    public void fact(GuestMessage.Fact fact) {
      store.ifPresent(report -> report.take(fact));
    }

    @Override
    public void file(GuestMessage.Content content) {
      if (store.isPresent() && store.get().take(content)) {
        return;
      }
      Path file = folder.resolve(content.name());
      try {
        Files.createDirectories(folder);
        Files.write(file, Base64.getMimeDecoder().decode(String.join("", content.base64())));
        progress("the guest handed back " + file);
      } catch (IOException e) {
        throw new UncheckedIOException("could not write " + file + ": " + e.getMessage(), e);
      }
    }
  }

  private void report(BiConsumer<PrintWriter, Output> text, Consumer<JsonGenerator> document) {
    PrintWriter writer = spec.commandLine().getOut();
    if (output.json()) {
      try (var json = output.generator(writer)) {
        document.accept(json);
      }
      writer.println();
    } else {
      text.accept(writer, output);
    }
    writer.flush();
  }

  private VmArguments machine(Path socket, GuestFiles files) {
    Accelerator accelerator =
        switch (accel) {
          case tcg -> Accelerator.TCG;
          case kvm -> Accelerator.KVM;
          case auto -> dsa.portals().accelerator();
        };
    return VmArguments.of(socket)
        .withAccelerator(accelerator)
        .withPlugin(files.plugin())
        .withSizes(processors, memory)
        .withViommu(viommu || ims.needsViommu());
  }

  private void checkNumbers() {
    within("--smp", processors, 1, 64);
    within("--memory", memory, 256, 65536);
    within("--iterations", iterations, 1, 1_000_000);
    within("--channels", channels(), 1, mostChannels());
    within("--threads", threads, 1, 16);
    within("--reloads", reloads, 0, 1000);
    within("--reboots", reboots, 0, 100);
    within("--timeout", timeout(), 1, 1L << 30);
    within("--interrupts", ims.interrupts(), 1, 1L << 40);
    within("--slots", ims.slots(), 1, 256);
    within("--guests", group.guests().orElse(1), 1, 31);
    within("--revoke", group.revocations(), 0, 1000);
    boolean many = group.guests().isPresent();
    if (many ? ims.function().isEmpty() : !ims.isWay()) {
      throw new ParameterException(
          spec.commandLine(),
          many
              ? "With --guests, --ims is auto, on or off"
              : "--ims auto and on are for --guests; alone it is off, silent, trap, pv or viommu");
    }
    if (group.revocations() > 0 && !many) {
      throw new ParameterException(spec.commandLine(), "--revoke goes with --guests");
    }
    if (function == Function.iaa && (group.guests().isPresent() || ims.way().isPresent())) {
      throw new ParameterException(
          spec.commandLine(), "--function iaa boots one guest with its own driver");
    }
    ims.wrong()
        .ifPresent(
            wrong -> {
              throw new ParameterException(spec.commandLine(), wrong);
            });
    if (viommu && ims.way().equals(Optional.of(ImsOptions.Way.pv))) {
      throw new ParameterException(
          spec.commandLine(),
          "--ims pv gives messages for a guest without a vIOMMU; use --ims viommu");
    }
  }

  private DsaProfile profile() {
    return switch (function) {
      case dsa -> dsa.profile();
      case iaa -> dsa.profile(IaaArchitecture.physical());
    };
  }

  private int channels() {
    return channels != null ? channels : group.guests().isPresent() ? mostChannels() : 2;
  }

  /** The reference driver and the steps for a whole function give each queue an engine. */
  private int mostChannels() {
    DsaProfile whole = dsa.profile();
    return group.guests().isPresent()
        ? group.type().queues()
        : Math.min(whole.wqs(), whole.engines());
  }

  private void within(String option, long value, long low, long high) {
    if (value < low || value > high) {
      throw new ParameterException(
          spec.commandLine(), option + " must be from " + low + " to " + high + ", not " + value);
    }
  }

  /** The scripts of the guest, with what they are to do. */
  private Map<String, byte[]> initialFiles(GuestSetup setup, GuestFiles.Kernel kernel, String role)
      throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("init", utf8(setup.text("init")));
    if (reference().isPresent()) {
      files.put("adit/steps", utf8(setup.text("steps-ims")));
      files.put("adit/parameters", utf8(ims.parameters(role, reloads)));
      files.put("adit/adit-capture.sh", utf8(CaptureCommand.script()));
      for (Path module : kernel.references()) {
        files.put("modules/" + module.getFileName(), Files.readAllBytes(module));
      }
    } else {
      files.put("adit/steps", utf8(setup.text("steps-" + function)));
      if (function == Function.iaa) {
        Path module = kernel.roundTrip();
        files.put("modules/" + module.getFileName(), Files.readAllBytes(module));
      }
      files.put("adit/parameters", utf8(parameters()));
    }
    for (Path script : scripts) {
      String name = String.valueOf(script.getFileName());
      if (files.put("adit/scripts/" + name, Files.readAllBytes(script)) != null) {
        throw new ParameterException(spec.commandLine(), "Two scripts are named " + name);
      }
    }
    return files;
  }

  /** {@return shell variables for the guest's steps; a virtual device has one engine} */
  private String parameters() {
    boolean many = group.guests().isPresent();
    return "iterations=%d channels=%d engines=%d threads=%d reloads=%d together=%s shared=%s%n"
        .formatted(
            iterations,
            channels(),
            many ? 1 : channels(),
            threads,
            reloads,
            many ? "yes" : "",
            many && group.type().shared() ? "yes" : "");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void say(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
