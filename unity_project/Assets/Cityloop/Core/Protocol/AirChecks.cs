#nullable enable
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>Checks of light and air that a client sends.</summary>
    public static class AirChecks
    {
        /// <summary>Refuses light and air that no world has; the stage checks the wetness.</summary>
        public static void Check(Environment environment)
        {
            var sun = Decode.Vector<WorldFrame>(environment.SunDirection, "The direction to the sun");
            if (sun.Length > 0)
            {
                Decode.Unit(sun, "The direction to the sun");
            }
            Decode.Radiance(environment.SunIrradiance, "The irradiance of the sun");
            Decode.Radiance(environment.ZenithRadiance, "The radiance of the zenith");
            Decode.Radiance(environment.HorizonRadiance, "The radiance of the horizon");
            Decode.NotNegative(environment.Exposure, "The exposure");
            Decode.NotNegative(environment.FogDensityPerM, "The density of the fog");
            Decode.NotNegative(environment.RainMmPerH, "The rain");
            Decode.NotNegative(environment.SnowfallMmPerH, "The snowfall");
            Decode.Share(environment.CloudCover, 0.0, 1.0, "The cloud cover");
            Decode.Share(environment.SnowCover, 0.0, 1.0, "The snow cover");
        }

        /// <summary>Refuses a light that no lamp gives; <paramref name="what"/> names it in the refusal.</summary>
        public static void Check(Light light, string what)
        {
            Decode.Vector<BodyFrame>(light.Position, $"{what}: its position");
            Decode.Unit(Decode.Vector<BodyFrame>(light.Direction, $"{what}: its direction"), $"{what}: its direction");
            Decode.Radiance(light.Intensity, $"{what}: its intensity");
            double inner = light.InnerAngleRad, outer = light.OuterAngleRad;
            if (!(inner >= 0.0 && inner < outer && outer <= System.Math.PI))
            {
                throw Refusal.Invalid(
                    $"{what} has the angles {Words.Short(inner)} and {Words.Short(outer)} rad: the inner must be " +
                    "0 or more, the outer above it and at most pi.");
            }
            if (light.Lamp > 32)
            {
                throw Refusal.Invalid($"{what} has lamp {light.Lamp}: lamps are 1 to 32, 0 for always.");
            }
        }
    }
}
