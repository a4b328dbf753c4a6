#nullable enable
using System;
using System.Collections.Generic;
using System.Linq;
using Cityloop.V1;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    [TestFixture]
    public sealed class StageTests
    {
        private const double Dt = 0.05;

        private FakePhysics _physics = new FakePhysics();
        private Stage _stage = new Stage(new FakePhysics(), new NullRendering());

        [SetUp]
        public void LoadTheScene()
        {
            _physics = new FakePhysics();
            _stage = new Stage(_physics, new NullRendering());
            _stage.Load(SmallScene.Items());
        }

        [Test]
        public void ASceneCountsItsTriangles()
        {
            Assert.That(_stage.Load(SmallScene.Items()), Is.EqualTo(1UL));
        }

        [Test]
        public void ARefusedSceneLeavesAnEmptyOne()
        {
            List<LoadSceneRequest> items = SmallScene.Items();
            items.Add(items[1]);
            Refuses("There are two mesh items named 'floor': names are unique in a scene.", () => _stage.Load(items));
            Refuses(
                "Body 2 is of the prototype 'crate', which the scene does not have.",
                () => Spawn(SmallScene.BodyOf(2, "crate", BodyKind.Static)));
        }

        [Test]
        public void WhatNoWorldCanHoldIsRefusedAndNobodyEnters()
        {
            Body good = SmallScene.BodyOf(8, "car", BodyKind.Kinematic);
            foreach ((string why, Body bad) in WrongBodies())
            {
                Refuses(why, () => Spawn(good, bad));
                Assert.That(_stage.Newest.Cast.Count, Is.EqualTo(0), why);
            }
            Spawn(good);
            Refuses(
                "The body id 8 is already used: ids are never reused within a session.", () => Spawn(good));
        }

        [Test]
        public void AKinematicBodyGoesWhereItIsToldAndStandsWhenItIsNot()
        {
            Spawn(SmallScene.BodyOf(5, "car", BodyKind.Kinematic), SmallScene.BodyOf(3, "crate", BodyKind.Kinematic));
            var target = new[] { 4.5, -2, 0.25, 0, 0, 0.6, 0.8, 1, 2, 3, 0.1, 0.2, 0.3, 7, 8, 9 };
            _stage.Advance(Tick(Targets(target, 5)));
            Motion car = _stage.Newest.Motions.At(1);
            Near.Equal(car.Position, new Vec3<WorldFrame>(4.5, -2, 0.25), 1e-15);
            Near.Equal(car.Acceleration, new Vec3<WorldFrame>(7, 8, 9), 1e-15);
            Near.Same(car.Rotation, new Quat<WorldFrame>(0, 0, 0.6, 0.8));
            Assert.That(_physics.Moves.Select(m => m.Id).ToArray(), Is.EqualTo(new uint[] { 3, 5 }));
            _stage.Advance(Tick());
            car = _stage.Newest.Motions.At(1);
            Near.Equal(car.Position, new Vec3<WorldFrame>(4.5, -2, 0.25), 1e-15);
            Assert.That(car.Velocity, Is.EqualTo(default(Vec3<WorldFrame>)));
            Assert.That(_stage.Newest.Tick, Is.EqualTo(2UL));
            Assert.That(_stage.Newest.TimeS, Is.EqualTo(0.1).Within(1e-12));
        }

        [Test]
        public void WrongCommandsAreRefusedInWordsAndTimeStandsStill()
        {
            Spawn(
                SmallScene.BodyOf(1, "ground", BodyKind.Static),
                SmallScene.BodyOf(2, "car", BodyKind.Driven),
                SmallScene.BodyOf(3, "person", BodyKind.Walker, 0, 5));
            var rest = new[] { 0, 0, 0, 0, 0, 0, 1.0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
            Refuses("Body 2 is driven, not kinematic: it takes other commands.", Tick(Targets(rest, 2)));
            Refuses("Body 1 is static, not kinematic: it takes other commands.", Tick(Targets(rest, 1)));
            Refuses("There is no body 77 at tick 0.", Tick(Targets(rest, 77)));
            Refuses(
                "The throttle of body 2 is 1.5: it must be between -1 and 1.",
                new AdvanceRequest { DtS = Dt, Substeps = 4, Drive = { new DriveCommand { Id = 2, Throttle = 1.5 } } });
            Refuses(
                "The walk of body 3 has the heading inf: give a finite angle.",
                new AdvanceRequest
                {
                    DtS = Dt,
                    Substeps = 4,
                    Walk = { new WalkCommand { Id = 3, HeadingRad = double.PositiveInfinity } },
                });
            Refuses(
                "Body 3 cannot become or cease to be static: despawn it and spawn another.",
                new AdvanceRequest
                {
                    DtS = Dt,
                    Substeps = 4,
                    Kinds = { new BodyKindCommand { Id = 3, Kind = BodyKind.Static } },
                });
            Refuses(
                "The length of the tick, dt_s, is 0: it must be a finite number above 0.",
                new AdvanceRequest { Substeps = 4 });
            Refuses(
                "The number of substeps is 0: it must be 1 to 1000.", new AdvanceRequest { DtS = Dt });
            Assert.That(_stage.Newest.Tick, Is.EqualTo(0UL));
        }

        [Test]
        public void RatesOfWhatPhysicsMovesAreThoseOfItsPositions()
        {
            Spawn(SmallScene.BodyOf(2, "car", BodyKind.Driven));
            _stage.Advance(Tick());
            _physics.Pushes[2] = new Vec3<WorldFrame>(6, 0, 0);
            _stage.Advance(Tick());
            TickResult third = _stage.Advance(Tick());
            Assert.That(third.SettledRows, Is.EqualTo(new[] { 0 }));
            TickResult second = third;
            Motion settled = second.Settled.Motions.At(0);
            Near.Equal(settled.Velocity, new Vec3<WorldFrame>(6, 0, 0));
            Near.Equal(settled.Acceleration, default);
            // The tick before the push: its velocity is the mean of rest and 6 m/s.
            Motion before = _stage.Instants().Before.At(0);
            Near.Equal(before.Velocity, new Vec3<WorldFrame>(3, 0, 0));
            Near.Equal(before.Acceleration, new Vec3<WorldFrame>(6 / Dt, 0, 0));
        }

        [Test]
        public void WheelsTurnAsTheyRoll()
        {
            Body car = SmallScene.BodyOf(2, "car", BodyKind.Driven);
            car.Velocity = SmallScene.Vector(9, 0, 0);
            Spawn(car);
            Assert.That(_stage.Newest.Motions.Wheels[2], Is.EqualTo(30.0).Within(1e-9));
            _stage.Advance(Tick());
            double[] wheels = _stage.Newest.Motions.Wheels;
            // Steered by 0.1 rad, a wheel rolls slower than straight ahead by the cosine.
            Assert.That(wheels[0], Is.EqualTo(0.1));
            Assert.That(wheels[2], Is.EqualTo(30.0 * Math.Cos(0.1)).Within(1e-9));
            Assert.That(wheels[1], Is.EqualTo((30.0 + 30.0 * Math.Cos(0.1)) / 2 * Dt).Within(1e-9));
            Assert.That(wheels[10], Is.EqualTo(0.0));
            Assert.That(wheels[12], Is.EqualTo(30.0).Within(1e-9));
            Assert.That(wheels[14], Is.EqualTo(1.0));
        }

        [Test]
        public void WhoWasNotThereIsExtrapolatedAndSoIsWhoJumped()
        {
            Body runner = SmallScene.BodyOf(4, "crate", BodyKind.Kinematic, 10);
            runner.Velocity = SmallScene.Vector(2, 0, 0);
            Spawn(runner);
            var jump = new[] { 50.0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0 };
            MotionTable table = Targets(jump, 4);
            table.Jumps = SmallScene.Bytes(new byte[] { 1 });
            _stage.Advance(Tick(table));
            ThreeInstants first = _stage.Instants();
            Near.Equal(first.Before.At(0).Position, new Vec3<WorldFrame>(10 - 2 * Dt, 0, 0));
            Near.Equal(first.After.At(0).Position, new Vec3<WorldFrame>(10 + 2 * Dt, 0, 0));
            _stage.Despawn(new uint[] { 4 });
            Assert.That(_stage.Newest.Cast.Count, Is.EqualTo(0));
            _stage.Advance(Tick());
            Assert.That(_stage.Instants().Drawn.Cast.Count, Is.EqualTo(0));
        }

        [Test]
        public void NothingCanBeDrawnAtTheFirstTick()
        {
            Refusal refusal = Assert.Throws<Refusal>(() => _stage.Instants());
            Assert.That(refusal.Code, Is.EqualTo(StatusCode.FailedPrecondition));
        }

        [Test]
        public void AKeptStateComesBackWithItsIds()
        {
            Spawn(SmallScene.BodyOf(2, "car", BodyKind.Driven));
            _stage.Advance(Tick());
            uint kept = _stage.Save();
            Spawn(SmallScene.BodyOf(9, "crate", BodyKind.Static));
            _stage.Advance(Tick());
            _stage.Restore(kept);
            Assert.That(_stage.Newest.Tick, Is.EqualTo(1UL));
            Assert.That(_stage.Newest.Statics.Count, Is.EqualTo(0));
            Spawn(SmallScene.BodyOf(9, "crate", BodyKind.Static));
            Refusal refusal = Assert.Throws<Refusal>(() => _stage.Restore(3));
            Assert.That(refusal.Code, Is.EqualTo(StatusCode.NotFound));
        }

        [Test]
        public void AChangeOfKindIsToldToPhysicsBeforeTheCommands()
        {
            Spawn(SmallScene.BodyOf(2, "car", BodyKind.Kinematic), SmallScene.BodyOf(3, "person", BodyKind.Walker, 30));
            _physics.Told.Clear();
            _stage.Advance(
                new AdvanceRequest
                {
                    DtS = Dt,
                    Substeps = 4,
                    Kinds =
                    {
                        new BodyKindCommand { Id = 3, Kind = BodyKind.Ragdoll },
                        new BodyKindCommand { Id = 2, Kind = BodyKind.Driven },
                    },
                    Drive = { new DriveCommand { Id = 2, Throttle = 0.5 } },
                });
            Assert.That(
                _physics.Told.ToArray(),
                Is.EqualTo(
                    new[] { "remove 2", "add 2 Driven", "remove 3", "limp 3", "pedals 2 0.5 0 0", "take over 2 0" }));
            Assert.That(_stage.Newest.Kinds, Is.EqualTo(new[] { BodyKind.Driven, BodyKind.Ragdoll }));
        }

        [Test]
        public void WhoCouldBeRunIntoIsLookedAt()
        {
            Body car = SmallScene.BodyOf(2, "car", BodyKind.Driven);
            car.Velocity = SmallScene.Vector(10, 0, 0);
            Spawn(
                car,
                SmallScene.BodyOf(3, "person", BodyKind.Kinematic, 3.0),
                SmallScene.BodyOf(4, "person", BodyKind.Walker, 90.0));
            _stage.Advance(Tick());
            Assert.That(_physics.Suspects.Select(p => p.Person).ToArray(), Is.EqualTo(new uint[] { 3 }));
            Assert.That(_physics.Moves.Single().Involved, Is.True);
        }

        [Test]
        public void WetGroundHoldsLess()
        {
            _stage.SetWetness(1.0);
            Assert.That(_physics.Grip, Is.EqualTo(0.6).Within(1e-12));
            Refuses(
                "The wetness of the ground is 2: it must be between 0 and 1.", () => _stage.SetWetness(2));
        }

        private static IEnumerable<(string Why, Body Body)> WrongBodies()
        {
            Body car = SmallScene.BodyOf(2, "car", BodyKind.Kinematic);
            yield return (
                "A body has the id 0: ids are 1 or more, 0 is the background.",
                SmallScene.BodyOf(0, "car", BodyKind.Kinematic));
            yield return (
                "Body 2 is of the prototype 'lorry', which the scene does not have.",
                SmallScene.BodyOf(2, "lorry", BodyKind.Kinematic));
            yield return (
                "Body 2 is driven, but its prototype 'crate' has no dynamics: give it wheels and a mass, or make the " +
                "body kinematic.",
                SmallScene.BodyOf(2, "crate", BodyKind.Driven));
            yield return (
                "Body 2 walks, but the first collider of its prototype 'crate' is not a capsule: a character " +
                "controller moves an upright capsule.",
                SmallScene.BodyOf(2, "crate", BodyKind.Walker));
            yield return (
                "Body 2 moves, but its prototype 'ground' collides with a mesh: meshes are for static bodies; give it " +
                "boxes or a capsule.",
                SmallScene.BodyOf(2, "ground", BodyKind.Kinematic));
            Body bent = car.Clone();
            bent.Pose.Rotation.W = 2;
            yield return ("Body 2 has a rotation of length 2: give a unit quaternion.", bent);
            Body lost = car.Clone();
            lost.Pose.Position.X = double.NaN;
            yield return ("The position of body 2 is (nan, 0.0, 0.0): give finite numbers.", lost);
            Body odd = car.Clone();
            odd.Semantic = 300;
            yield return ("Body 2 has class id 300: class ids are 0 to 255.", odd);
            Body bony = SmallScene.BodyOf(2, "person", BodyKind.Kinematic);
            bony.Bones = SmallScene.Bytes(new float[36]);
            yield return (
                "Body 2 has 144 bytes of bones: its prototype has 2 bones, which makes 96 bytes.", bony);
        }

        private static AdvanceRequest Tick(MotionTable? targets = null) =>
            new AdvanceRequest { DtS = Dt, Substeps = 4, Kinematic = targets ?? new MotionTable() };

        private static MotionTable Targets(double[] motion, params uint[] ids) =>
            new MotionTable { Ids = SmallScene.Bytes(ids), Motion = SmallScene.Bytes(motion) };

        private void Spawn(params Body[] bodies) => _stage.Spawn(bodies);

        private void Refuses(string sentence, AdvanceRequest request) =>
            Refuses(sentence, () => _stage.Advance(request));

        private static void Refuses(string sentence, TestDelegate code) =>
            Assert.That(Assert.Throws<Refusal>(code).Sentence, Is.EqualTo(sentence));
    }
}
